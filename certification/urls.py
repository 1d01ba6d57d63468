"""Addresses of certification."""

from django.urls import path

from certification.views import eligibility, schools

urlpatterns = [
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("schools/", schools.search, name="schools"),
    path("schools/<str:code>/", schools.school, name="school"),
]
