"""What tests of registration share: answers, the steps up to the end, and "nothing happened"."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, IssuedNumber, MailedLink, Registration, SuspectedDuplicate, User
from applicants.services.email_changes import confirm_change, request_change
from portal.models import AuditEvent, OutgoingEmail
from tests.support import unchanged

PASSWORD = "seven quiet herons by the river"
EMAIL = "amina.diallo@example.org"
EARLIER = {"had_number": "no", "earlier_number": "", "earlier_name": ""}
NAME = {"family_name": "Diallo", "given_names": "Amina Fatou", "native_script_name": ""}
BIRTH = {
    "birth_date_day": "27",
    "birth_date_month": "3",
    "birth_date_year": "1994",
    "birth_country": "SN",
    "citizenship": "SN",
}
SCHOOL = {"school_name": "Université de l'Exemple", "school_country": "SN", "graduation_year": "2020"}
AGREED = {"is_true": "on", "agrees": "on"}

WATCHED = (User, Applicant, Registration, SuspectedDuplicate, IssuedNumber, MailedLink, OutgoingEmail, AuditEvent)


def forget_limits() -> None:
    """Let this test count from nought."""
    cache.clear()


def rows() -> dict[str, list[object]]:
    """Return the contents of every table that is watched here."""
    return unchanged.rows(*WATCHED)


def nothing_happens(enqueued: Sequence[object]) -> AbstractContextManager[None]:
    """Fail when anything is written, queued or sent inside the block."""
    return unchanged.nothing_happens(enqueued, *WATCHED)


def answer(client: Client, step: str, values: dict[str, str]):
    """Post the answers of one topic."""
    return client.post(reverse(f"register_{step}"), values)


def answer_name(client: Client, **changes: str):
    """Post the name, and once more after seeing how it is printed."""
    values = NAME | changes
    page = answer(client, "name", values)
    assert page.status_code == 200, page.headers
    assert not page.context["form"].errors
    return answer(client, "name", values | {"seen": page.context["seen"]})


def last_link(template: str) -> str:
    """Return the path of the link in the newest message of `template`."""
    text = OutgoingEmail.objects.filter(template=template).latest("created_at").text
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+/)$", text, re.MULTILINE)
    assert found is not None, text
    return found[1]


def change_address(applicant: Applicant, email: str) -> None:
    """Ask for another address and press the button behind the link to it."""
    at, actor = timezone.now(), f"user:{applicant.user_id}"
    request_change(applicant=applicant, email=email, at=at, actor=actor)
    token = last_link("email_change_confirm").split("/")[-2]
    confirm_change(token, applicant=applicant, at=at, actor=actor)


def up_to_email(client: Client, **name: str) -> None:
    """Answer the topics before the e-mail address."""
    assert answer(client, "earlier", EARLIER)["Location"] == reverse("register_name")
    assert answer_name(client, **name)["Location"] == reverse("register_birth")
    assert answer(client, "birth", BIRTH)["Location"] == reverse("register_school")
    assert answer(client, "school", SCHOOL)["Location"] == reverse("register_email")


def up_to_check(client: Client, email: str = EMAIL, **name: str) -> None:
    """Answer every topic; what is left is to agree."""
    up_to_email(client, **name)
    answer(client, "email", {"email": email})
    assert client.post(last_link("registration_confirm"))["Location"] == reverse("register_password")
    assert answer(client, "password", {"password": PASSWORD})["Location"] == reverse("register_check")


def draft_of(client: Client) -> Registration:
    """Return the draft of this browser."""
    return Registration.objects.get(pk=client.session["registration"])
