"""Addresses of the report service."""

from django.urls import path

from cvs.views import home, ordering, orders, verifying

urlpatterns = [
    path("dashboard/", home.dashboard, name="dashboard"),
    path("reports/", orders.reports, name="reports"),
    path("reports/record/", home.report_record, name="report_record"),
    path("reports/new/details/", ordering.order_details, name="order_details"),
    path("reports/new/authorities/", ordering.order_authorities, name="order_authorities"),
    path("reports/<slug:reference>/", orders.order_tracking, name="order_tracking"),
    path("reports/<slug:reference>/status/", orders.order_status, name="order_status"),
    path("verify/", verifying.verify, name="verify"),
    path("verify/file/", verifying.verify_file, name="verify_file"),
    path("v/<str:code>/", verifying.verify_code, name="verify_code"),
    path("acknowledge/<str:code>/", verifying.acknowledge, name="acknowledge"),
]
