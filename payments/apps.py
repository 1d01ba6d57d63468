"""Django's entry for the payments app; hands the till to the apps that sell."""

from importlib import import_module

from django.apps import AppConfig

from applicants import purchases
from payments.signals import payment_settled


class PaymentsConfig(AppConfig):
    """Payments."""

    name = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        """Sell for others, and tell them what became of each payment."""
        # Models can be imported only now.
        till = import_module("payments.services.till")
        purchases.use(till.OrdersTill())
        payment_settled.connect(till.tell_sellers, dispatch_uid="payments.tell_sellers")
