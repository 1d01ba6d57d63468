"""From a basket to a placed order: what the person must see and agree to before the payment page opens."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from applicants.models import Applicant, ContactInformation
from applicants.services.contact import current_contact
from certification.facts import CertificationAnswer, CertificationFacts
from certification.services import facts_as_of
from cvs.models import ReportRequest
from cvs.services.baskets import NothingChosenError, available_authorities, basket_requests
from cvs.services.moves import move
from cvs.states import RequestState
from payments.models import Payment
from payments.services import fees, placing
from payments.services.placing import NotPlacedError, Placement
from portal.eastern import eastern_date

CONFIRMATION_HOLDS = timedelta(hours=12)


class ContactNotConfirmedError(NotPlacedError):
    """Contact information was not confirmed in this ordering session, or changed since."""


class ConsentMissingError(NotPlacedError):
    """The person did not agree to the release of their certification status."""


class NotCertifiedNotAcknowledgedError(NotPlacedError):
    """The person is not certified and did not say that they know it (R-CVS-3)."""


class RepeatNotAcceptedError(NotPlacedError):
    """A paid report to the same authority is under way and the person did not ask for another one."""


@dataclass(frozen=True)
class OrderReview:
    """The reports that would be paid now, with everything the person must know."""

    requests: tuple[ReportRequest, ...]
    facts: CertificationFacts
    under_way: tuple[ReportRequest, ...]

    @property
    def is_certified(self) -> bool:
        """Tell whether each report would say that the person is certified today."""
        return self.facts.answer is CertificationAnswer.YES


@dataclass(frozen=True)
class Agreement:
    """What the person ticked, and the contact information they confirmed in this ordering session."""

    shown_total_cents: int
    use_credit: bool
    consented: bool
    knows_not_certified: bool
    accepts_repeats: bool
    contact_id: uuid.UUID | None
    contact_confirmed_at: datetime | None


def _under_way(applicant: Applicant, requests: list[ReportRequest]) -> tuple[ReportRequest, ...]:
    same = ReportRequest.objects.visible_to(applicant).under_way_to([request.authority_id for request in requests])
    return tuple(same.select_related("authority").order_by("id"))


def review(*, applicant: Applicant, at: datetime) -> OrderReview:
    """Return the reports that would be ordered now; raises `NothingChosenError` when there is none in the basket."""
    requests = basket_requests(applicant)
    if not requests:
        raise NothingChosenError
    return OrderReview(
        requests=tuple(requests),
        facts=facts_as_of(applicant_id=applicant.pk, as_of=eastern_date(at)),
        under_way=_under_way(applicant, requests),
    )


def _require_agreement(reviewed: OrderReview, agreement: Agreement) -> None:
    if not agreement.consented:
        raise ConsentMissingError
    if not reviewed.is_certified and not agreement.knows_not_certified:
        raise NotCertifiedNotAcknowledgedError
    if reviewed.under_way and not agreement.accepts_repeats:
        raise RepeatNotAcceptedError


def confirmed_contact(applicant: Applicant, agreement: Agreement, *, at: datetime) -> ContactInformation:
    """Return the contact information that was confirmed in this session and is still current.

    Raises `ContactNotConfirmedError`.
    """
    contact = current_contact(applicant)
    confirmed_at = agreement.contact_confirmed_at
    if contact is None or confirmed_at is None or contact.pk != agreement.contact_id:
        raise ContactNotConfirmedError
    if not at - CONFIRMATION_HOLDS <= confirmed_at <= at:
        raise ContactNotConfirmedError
    return contact


def agree_to_reports(placement: Placement) -> None:
    """Freeze the person's agreement into the requests of an order that is about to be paid, in the caller's transaction.

    Raises the errors of this module, `NothingChosenError` or `AuthorityNotAvailableError`.
    """
    agreement, at = placement.agreement, placement.at
    if not isinstance(agreement, Agreement):
        raise ConsentMissingError
    applicant = placement.order.applicant
    contact = confirmed_contact(applicant, agreement, at=at)
    reviewed = review(applicant=applicant, at=at)
    available_authorities([request.authority.code for request in reviewed.requests])
    _require_agreement(reviewed, agreement)
    for position, request in enumerate(reviewed.requests, start=1):
        move(
            request,
            RequestState.PAYMENT_PENDING,
            at=at,
            actor=placement.actor,
            position=position,
            contact=contact,
            contact_confirmed_at=agreement.contact_confirmed_at,
            consented_at=at,
            knows_not_certified_at=None if reviewed.is_certified else at,
        )


def place_order(*, applicant: Applicant, agreement: Agreement, at: datetime, actor: str) -> Payment:
    """Freeze prices and agreement, open a payment for the order and return it: `placing.place` for reports.

    Raises the errors of this module, `IdentityNotCheckedError`, `AuthorityNotAvailableError` or those of `placing`, with
    nothing written.
    """
    return placing.place(
        applicant=applicant,
        shown_total_cents=agreement.shown_total_cents,
        use_credit=agreement.use_credit,
        agreements={fees.STATUS_REPORT: agreement},
        at=at,
        actor=actor,
    )
