"""Addresses of the report service."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
