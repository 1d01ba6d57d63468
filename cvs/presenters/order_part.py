"""Status reports on the pages of an order: what each report will say, what must be agreed to, what follows."""

from collections.abc import Sequence
from datetime import datetime

from applicants.http import ApplicantRequest
from applicants.models import Applicant
from cvs import confirmed_contact
from cvs.forms import agreement_fields
from cvs.presenters.review import reports_review_of
from cvs.presenters.words import listed
from cvs.services import baskets, ordering
from cvs.services.ordering import Agreement
from cvs.times import SOON, USUALLY
from payments.forms import ReviewForm
from payments.models import Order, OrderLine
from payments.presenters.parts import Refusal, Section
from payments.services import fees
from payments.services.placing import NotPlacedError


def not_available(error: baskets.AuthorityNotAvailableError) -> str:
    """Say which chosen authorities cannot be sent to."""
    return f"{listed(error.names, 'licensing authorities')} cannot receive reports. Choose another licensing authority"


class ReportsPart:
    """The lines of status reports."""

    fee_code = fees.STATUS_REPORT
    steps = "_steps.html"
    change_page = "order_authorities"
    change_label = "Add another authority"

    def page_before(self, request: ApplicantRequest) -> str:
        """Ask for the contact information first, in every ordering session (R-CVS-4)."""
        return "" if confirmed_contact.confirmed(request) else "order_details"

    def section(self, applicant: Applicant, lines: Sequence[OrderLine], *, at: datetime) -> Section:
        """Return what each report will say and where it goes; raises NothingChosenError."""
        reviewed = reports_review_of(applicant, at=at)
        asked = agreement_fields(certified=reviewed.is_certified, repeats=bool(reviewed.under_way))
        return Section("cvs/_review_reports.html", {"review": reviewed, "applicant": applicant, "soon": SOON}, asked)

    def agreement(self, request: ApplicantRequest, form: ReviewForm) -> Agreement:
        """Return what was ticked, with the contact information confirmed in this session."""
        confirmed = confirmed_contact.confirmed(request)
        return Agreement(
            shown_total_cents=form.cleaned_data["total_cents"],
            use_credit=form.said("use_credit"),
            consented=form.said("consent"),
            knows_not_certified=form.said("knows_not_certified"),
            accepts_repeats=form.said("accepts_repeats"),
            contact_id=confirmed[0] if confirmed else None,
            contact_confirmed_at=confirmed[1] if confirmed else None,
        )

    def refusal(self, error: NotPlacedError) -> Refusal | None:
        """Return the field and the words for what the service refused."""
        if isinstance(error, ordering.ContactNotConfirmedError):
            return Refusal(page="order_details")
        if isinstance(error, baskets.NothingChosenError):
            return Refusal(page="order_authorities")
        if isinstance(error, baskets.AuthorityNotAvailableError):
            return Refusal(f"{not_available(error)}, or remove it")
        return REFUSALS.get(type(error))

    def placed(self, request: ApplicantRequest) -> None:
        """Ask for the contact information again before the next order."""
        confirmed_contact.forget(request)

    def follows(self, order: Order, applicant: Applicant) -> Section:
        """Return what happens with the reports of a paid order."""
        return Section("cvs/_follows_reports.html", {"order": order, "usually": USUALLY})


REFUSALS = {
    ordering.NotCertifiedNotAcknowledgedError: Refusal(
        "Your certification changed meanwhile. Read what each report will say", "knows_not_certified"
    ),
    ordering.RepeatNotAcceptedError: Refusal(
        "A report to one of these authorities is under way. Confirm that you want another one", "accepts_repeats"
    ),
    ordering.ConsentMissingError: Refusal("Confirm that we may release your certification status", "consent"),
}
