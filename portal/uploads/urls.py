"""Addresses of uploads on the portal's own origin; none of them serves a byte of a file."""

from django.urls import path

from portal.uploads import views

urlpatterns = [
    path("uploads/<uuid:upload_id>/", views.upload_state, name="upload_state"),
    path("uploads/<uuid:upload_id>/status/", views.upload_status, name="upload_status"),
    path("uploads/<uuid:upload_id>/original/", views.upload_original, name="upload_original"),
]
