"""What is written into the logs while people are about: no name, birth date, number, address, password or link of anybody."""

import logging
import re
from datetime import date

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from portal.models import OutgoingEmail
from tests.applicants import registering
from tests.factories.applicants import PASSWORD, ApplicantFactory, ContactInformationFactory
from tests.support.orders import make_authority, pay_with_credit
from tests.support.sign_in import sign_in
from tests.support.walk import every_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued")]

FAMILY, GIVEN, NATIVE, NUMBER = "Oyelaran-Quist", "Temidayo", "ⲧⲉⲙⲓ", "83026417"
BORN = date(1987, 11, 23)
EMAIL, PHONE, STREET = "t.oyelaran.quist@example.org", "+234 803 555 7719", "77 Jacaranda Crescent"
WRONG = "never my password at all"
SPOKEN_DATES = ("1987-11-23", "23.11.1987", "November 23, 1987", "11/23/1987", "datetime.date(1987, 11, 23)")


@pytest.fixture(autouse=True)
def fresh_counters():
    registering.forget_limits()


@pytest.fixture
def person() -> Applicant:
    """Somebody of whom every word is unlike any other word."""
    made = ApplicantFactory.create(
        family_name=FAMILY,
        given_names=GIVEN,
        native_script_name=NATIVE,
        birth_date=BORN,
        identification_number=NUMBER,
        user__email=EMAIL,
    )
    ContactInformationFactory.create(applicant=made, email=EMAIL, phone=PHONE, line1=STREET)
    return made


def told(text: str, *secrets: str) -> list[str]:
    """Which of a person's words stand in `text`, in any letters, with or without what stands between digits."""
    words = [FAMILY, GIVEN, NATIVE, EMAIL, STREET, PASSWORD, WRONG, *SPOKEN_DATES, *secrets]
    digits = re.sub(r"[^0-9]", "", PHONE)
    plain, bare = text.casefold(), re.sub(r"(?<=\d)[- ](?=\d)", "", text)
    return [word for word in words if word.casefold() in plain] + [one for one in (NUMBER, digits) if one in bare]


def come_and_go(person: Applicant) -> None:
    """Sign in wrongly and rightly by number and address, and ask for what was forgotten."""
    client = Client()
    for login in (NUMBER, f"{NUMBER[0]}-{NUMBER[1:4]}-{NUMBER[4:7]}-{NUMBER[7]}", EMAIL):
        for password in (WRONG, PASSWORD):
            client.post(reverse("account_login"), {"login": login, "password": password})
    client.post(reverse("account_reset_password"), {"email": EMAIL})
    client.post(reverse("number_forgotten"), {"email": EMAIL})
    for _ in range(12):
        Client().post(reverse("account_login"), {"login": NUMBER, "password": WRONG})


def look_everywhere(user: User) -> None:
    """Open every address, and send each a form with the person's own words in fields of many names."""
    words = {"family_name": FAMILY, "given_names": GIVEN, "email": EMAIL, "phone": PHONE, "line1": STREET, "q": FAMILY,
             "code": NUMBER, "login": EMAIL, "password": WRONG, "words": FAMILY, "birth_date_year": "1987", "id": NUMBER}  # fmt: skip
    client = Client(raise_request_exception=False)
    sign_in(client, user)
    for address in every_address():
        if address.name in {"account_logout", "admin:logout"}:
            continue
        client.get(address.path, words)
        client.post(address.path, words)


def test_nothing_personal_gets_into_the_logs(person: Applicant, staff_member: User, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)

    come_and_go(person)
    pay_with_credit(person, [make_authority(1)])
    look_everywhere(person.user)
    look_everywhere(staff_member)

    assert "sign_in_failed" in caplog.text
    assert "Not Found" in caplog.text
    assert told(caplog.text) == []


def test_nothing_of_a_registration_gets_into_the_logs(client: Client, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    names = {"family_name": FAMILY, "given_names": GIVEN}

    registering.answer(client, "earlier", registering.EARLIER | {"had_number": "yes", "earlier_number": "12"})
    registering.up_to_check(client, EMAIL, **names)
    registering.answer(client, "check", registering.AGREED)
    client.get(f"{reverse('register')}nowhere/")
    link = registering.last_link("registration_confirm")

    assert User.objects.filter(email=EMAIL).exists()
    assert "Not Found" in caplog.text
    assert told(caplog.text, registering.PASSWORD, "1994-03-27", "27", link) == ["27"] * ("27" in caplog.text)
    assert User.objects.get(email=EMAIL).username not in caplog.text
    assert OutgoingEmail.objects.exists()


def test_the_search_finds_what_it_looks_for():
    said = f"{FAMILY.upper()} {NUMBER[:1]}-{NUMBER[1:4]}-{NUMBER[4:7]}-{NUMBER[7]} 1987-11-23 +234 803 555-7719"

    assert told(said) == [FAMILY, "1987-11-23", NUMBER, "2348035557719"]


@pytest.mark.parametrize("is_json", [True, False])
def test_values_that_the_database_quotes_stay_out_of_the_traces(person: Applicant, is_json: bool):
    processors = structlog_processors(is_json=is_json)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ApplicantFactory.create(identification_number=NUMBER, user__username="10009999")
    assert NUMBER in str(refused.value)

    event: structlog.types.EventDict = {"event": "Internal Server Error", "exc_info": refused.value, "level": "error"}
    for processor in processors:
        event = processor(logging.getLogger("django.request"), "error", event)  # type: ignore[assignment]  # the last one returns text

    assert "duplicate key value violates unique constraint" in str(event)
    assert told(str(event)) == []


def structlog_processors(*, is_json: bool) -> list[structlog.types.Processor]:
    """The processors through which a record of the standard library goes, the printing one last."""
    [formatter] = [
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    assert isinstance(formatter, structlog.stdlib.ProcessorFormatter)
    printer = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=False)
    return [*list(formatter.foreign_pre_chain or ()), printer]


def test_accesses_are_logged_by_route_without_keys_and_searches(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "portal.middleware")
    key = "kT9" * 12

    Client().get(reverse("register_confirm", args=[key]), {"q": FAMILY, "code": NUMBER})

    [record] = [one for one in caplog.records if one.name == "portal.middleware"]
    assert isinstance(record.msg, dict)
    said = {name: record.msg[name] for name in ("event", "method", "route", "status")}
    route = "register/confirm/<str:token>/"
    assert said == {"event": "answered", "method": "GET", "route": route, "status": 404}
    assert key not in str(record.msg)
    assert told(caplog.text) == []
