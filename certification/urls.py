"""Addresses of certification."""

from django.urls import path

from certification.views import eligibility

urlpatterns = [path("eligibility/", eligibility.eligibility, name="eligibility")]
