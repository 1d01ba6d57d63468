"""A forgotten number: a link to the address on file, and behind it the number for who proves to be that person (R-ID-2)."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from applicants.models import Applicant, User
from applicants.services.links import LIFETIMES, LinkNotValidError, make_link, use_link
from applicants.states import LinkPurpose
from portal import audit, mail


@transaction.atomic
def send_number_link(*, email: str, birth_date: date, at: datetime) -> None:
    """Write to `email`: with a link when somebody has this address and birth date, else that nobody has.

    Both do the same work, so that neither page nor time tells whether the address is known.
    """
    found = Applicant.objects.select_related("user").filter(
        user__email__iexact=email, user__is_active=True, birth_date=birth_date
    )
    applicant = found.order_by("pk").first()
    link = ""
    if applicant is not None:
        token = make_link(LinkPurpose.SHOW_NUMBER, email=applicant.user.email, at=at, user=applicant.user)
        link = f"{settings.BASE_URL}/number/{token}/"
        audit.record("applicants.number_link_sent", actor="visitor", subject=applicant, at=at)
    until = at + LIFETIMES[LinkPurpose.SHOW_NUMBER]
    mail.queue_email(template="forgotten_number", to_email=email, context={"link": link}, at=at, works_until=until)


@transaction.atomic
def show_number(token: str, *, user: User, at: datetime) -> str:
    """Use the link and return the number of `user`, whose password was just found right.

    Raises `LinkNotValidError`, also for the link of somebody else, which stays as it was.
    """
    link = use_link(token, LinkPurpose.SHOW_NUMBER, at=at)
    if link.user_id != user.pk:
        raise LinkNotValidError
    applicant = Applicant.objects.get(user_id=user.pk)
    audit.record("applicants.number_shown", actor=audit.actor_label(user), subject=applicant, at=at)
    return applicant.identification_number
