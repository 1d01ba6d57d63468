"""Addresses of people."""

from django.urls import path

from applicants import views

urlpatterns = [path("account/details/", views.contact_details, name="contact_details")]
