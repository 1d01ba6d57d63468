"""Addresses of people."""

from django.urls import path

from applicants.views import contact

urlpatterns = [path("account/details/", contact.contact_details, name="contact_details")]
