"""Opens the account of a first-time user: the one place where a new person gets a number."""

from datetime import datetime

from django.conf import settings

from applicants import numbers
from applicants.models import Applicant, Registration, User
from applicants.services.confirmed_addresses import keep_confirmed
from applicants.states import REGISTRATION_MACHINE, RegistrationState
from portal import audit, mail


def open_account(
    registration: Registration, *, at: datetime, actor: str, reason: str = "", earlier_number: str = ""
) -> Applicant:
    """Make account, record and number of a locked, complete registration, and write to the person without the number.

    `earlier_number` is one that the person has already (R-ID-1); without it a new one is made.
    The number is not in the message: it is shown on the page, and later only to who has signed in (R-ID-2).
    Raises `IllegalMoveError`, `numbers.NumberTakenError`, `numbers.NumbersExhaustedError`.
    """
    REGISTRATION_MACHINE.check(registration.state, RegistrationState.COMPLETED)
    if registration.birth_date is None:
        raise ValueError("A registration without a birth date is not complete.")
    number = numbers.take_over(earlier_number) if earlier_number else numbers.issue(at=at)
    user = User.objects.create(username=number, email=registration.email, password=registration.password)
    applicant = Applicant.objects.create(
        user=user,
        identification_number=number,
        family_name=registration.family_name,
        given_names=registration.given_names,
        native_script_name=registration.native_script_name,
        birth_date=registration.birth_date,
        created_at=at,
    )
    keep_confirmed(user)
    registration.state = RegistrationState.COMPLETED
    registration.applicant = applicant
    registration.finished_at = at
    registration.password = ""
    registration.save()
    audit.record(
        "applicants.account_opened",
        actor=actor,
        subject=registration,
        at=at,
        reason=reason,
        applicant=applicant.pk,
        number="earlier" if earlier_number else "new",
    )
    mail.queue_email(
        template="registration_opened",
        to_email=registration.email,
        context={"sign_in_url": f"{settings.BASE_URL}/accounts/login/"},
        at=at,
    )
    return applicant
