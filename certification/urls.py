"""Addresses of certification."""

from django.urls import path

from certification import views

urlpatterns = [path("eligibility/", views.eligibility, name="eligibility")]
