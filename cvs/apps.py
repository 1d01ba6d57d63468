"""Django's entry for the cvs app; receives the one signal that travels upwards, and shows reports on the order pages."""

from importlib import import_module

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
        """Listen for settled payments, and take part in the pages of an order."""
        # Models can be imported only now.
        fees, placing, parts = (
            import_module(f"payments.{name}") for name in ("services.fees", "services.placing", "presenters.parts")
        )
        placing.when_paying(fees.STATUS_REPORT, import_module("cvs.services.ordering").agree_to_reports)
        parts.add(import_module("cvs.presenters.order_part").ReportsPart())
        payment_settled.connect(fund_requests, dispatch_uid="cvs.fund_requests")
