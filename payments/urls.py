"""Addresses of payments."""

from django.urls import path

from payments.views import ordering, pages, stripe

urlpatterns = [
    path("orders/review/", ordering.order_review, name="order_review"),
    path("orders/lines/<int:line_id>/remove/", ordering.order_line_remove, name="order_line_remove"),
    path("orders/<slug:reference>/confirmation/", ordering.order_confirmation, name="order_confirmation"),
    path("fees/", pages.fee_list, name="fees"),
    path("payments/stripe/webhook/", stripe.webhook, name="stripe_webhook"),
    path("payments/<uuid:payment_id>/return/", pages.payment_return, name="payment_return"),
    path("payments/<uuid:payment_id>/status/", pages.payment_status, name="payment_status"),
    path("payments/<uuid:payment_id>/cancel/", pages.payment_cancel, name="payment_cancel"),
    path("payments/<slug:reference>/receipt/", pages.receipt, name="receipt"),
    path("payments/<slug:reference>/receipt.pdf", pages.receipt_pdf, name="receipt_pdf"),
]
