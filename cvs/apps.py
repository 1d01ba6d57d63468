"""Django's entry for the cvs app; receives the one signal that travels upwards."""

from django.apps import AppConfig

from payments.signals import Settlement, payment_settled


def fund_requests(sender: object, settlement: Settlement, **_: object) -> None:
    """Hand a settled payment to the report service, inside the settling transaction."""
    from cvs.services import funding  # noqa: PLC0415 (models are not loaded yet when this module is)

    funding.on_settlement(settlement)


class CvsConfig(AppConfig):
    """Certification verification service: status reports."""

    name = "cvs"
    verbose_name = "Status reports"

    def ready(self) -> None:
        """Listen for settled payments."""
        payment_settled.connect(fund_requests, dispatch_uid="cvs.fund_requests")
