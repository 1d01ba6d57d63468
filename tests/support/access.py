"""One state of the database with something at every address, and ways to try an address as each person."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from applicants.models import Applicant, CorrectionRequest, DataExport, DeletionRequest, User
from applicants.roles import Role
from applicants.session_clock import SEEN
from applicants.states import RegistrationState
from certification.models import (
    CertificateRequest,
)
from certification.states import CredentialKind
from cvs.models import VerificationLookup
from payments.models import Payment, Refund, StripeEvent
from portal import four_eyes
from portal.models import FourEyesAct, InboxMessage
from tests.access_table import ACTS, MODELS, OFFICIALS, PEOPLE, STAFF, STAFF_GROUPS, Group
from tests.certification.credential_scenes import upload
from tests.cvs.pages import issue
from tests.factories.applicants import (
    RegistrationFactory,
    StaffFactory,
)
from tests.factories.certification import AttendanceFactory
from tests.factories.newsletter import NewsletterDeliveryFactory, NewsletterIssueFactory
from tests.people import staff_in
from tests.portal.upload_files import picture, take_in
from tests.support.access_records import records_of
from tests.support.access_schools import ask_school_about
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.sign_in import sign_in

METHODS = ("get", "post")
_LONGEST_RUN_SECONDS = 3600
# What a page may write when it is only looked at: the session, the record that somebody looked, and allauth's copy of
# the account's own address, and its note that recovery codes were shown once; that a message was read.
WRITTEN_BY_LOOKING = frozenset(
    {
        "django_session",
        "cvs_verificationlookup",
        "certification_certificatelookup",
        "account_emailaddress",
        "mfa_authenticator",
        "portal_inboxmessage",
    }
)
# Whoever opens what waits for a review reads about a person, and that is an event of the audit log.
NOTED_READING = frozenset(
    {
        "admin:certification_certificaterequest_change",
        "admin:applicants_birthdatecorrection_change",
        "admin:applicants_identitycheck_change",
        "admin:applicants_namerequest_change",
        "admin:certification_credential_change",
        "admin:certification_pathwayapplication_change",
        "admin:certification_application_change",
        "admin:certification_verificationrequest_change",
    }
)
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(?P<table>\w+)"')
REFUSED = frozenset({403, 404, 405})
NOBODY = "nobody"
STAFF_HALFWAY = "staff halfway"
STAFF_DOOR = "staff/"
# Where people are sent from what is closed to them.
LEADS_TO = {
    NOBODY: (reverse("account_login"), reverse("admin:login"), reverse("staff_sign_in")),
    STAFF_HALFWAY: (reverse("second_factor"),),
}
# Addresses without a name, and where they are tried.
RAW = {f"{STAFF_DOOR}(?P<url>.*)$": f"/{STAFF_DOOR}no-such-page"}


@dataclass
class World:
    """Sessions by person, the parts of addresses by name, and a row of each model that staff see."""

    sessions: dict[str, str] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, models.Model] = field(default_factory=dict)

    browser: Client = field(default_factory=Client)
    forger: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def client(self, person: str, *, forged: bool = False) -> Client:
        """Return the browser as `person` opens it; a new one each time would read every static file again."""
        client = self.forger if forged else self.browser
        client.cookies.clear()
        if person != NOBODY:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[person]
        return client


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo what is written inside, also where the code inside insists on the outermost transaction."""
    block: Any = transaction.atomic()  # Any: django-stubs do not know the mark by which Django's own tests do this
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def make_world() -> World:
    """Fill the database through services where there are some."""
    world = World()
    owner, stranger = make_physician(4821375, family_name="Okonkwo"), make_physician(3157426, family_name="Lima")
    staff = {
        "everything": StaffFactory.create(),
        **{role.value: staff_in(role) for role in Role},
    }
    _orders_of(owner, world)
    _credential_of(owner, world)
    world.parts["school_code"] = records_of(owner)
    attendance = AttendanceFactory.create(application__applicant=owner)
    world.parts["attendance"] = str(attendance.pk)
    world.parts |= {"request_kind": "lost", "certificate_request": str(CertificateRequest.objects.get().pk)}
    RegistrationFactory.create(state=RegistrationState.UNDER_REVIEW)
    third = make_physician(3157434).user
    message = InboxMessage.objects.create(user=owner.user, kind="report_sent", created_at=timezone.now())
    world.parts["message"] = str(message.pk)
    world.parts["upload"] = str(take_in(owner.user, picture()).pk)
    _privacy_of(owner, third, world)
    world.parts |= {"pathway": str(owner.pathwayapplications.get().pk), "evaluator": "1"}
    _newsletter(world)
    passkey = Authenticator.objects.create(user=third, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    world.parts["passkey"] = str(passkey.pk)
    world.parts["verification"], officials = ask_school_about(owner)
    world.users = {"owner": owner.user, "stranger": stranger.user, **staff, **officials}
    world.sessions = {name: _session_of(user) for name, user in world.users.items()}
    world.sessions["halfway"] = _session_of(owner.user, second_factor=False)
    world.sessions[STAFF_HALFWAY] = _session_of(staff["everything"], second_factor=False)
    world.rows = {model._meta.label_lower: _first(model) for model in admin.site._registry}
    return world


def _newsletter(world: World) -> None:
    """An issue that everybody may read, with its reader, and a draft, which is the row that staff see."""
    issue = NewsletterIssueFactory.create(sent=True)
    NewsletterDeliveryFactory.create(issue=issue)
    NewsletterIssueFactory.create()
    world.parts["newsletter_number"] = str(issue.number)


def _session_of(user: User, *, second_factor: bool = True) -> str:
    client = Client()
    sign_in(client, user, second_factor=second_factor)
    # A session notes once a minute that it is used. Undone after each request, it would be noted with every one.
    session = client.session
    session[SEEN] += _LONGEST_RUN_SECONDS
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _orders_of(owner: Applicant, world: World) -> None:
    (request,) = pay_with_credit(owner, [make_authority(1)])
    report = issue(request)
    at = timezone.now()
    VerificationLookup.objects.create(at=at, client="0" * 32, found=True, by_link=True, report=report)
    paid = Payment.objects.get(order=request.order_line.order)
    Refund.objects.create(payment=paid, key="access", amount_cents=1, reason="Test", created_at=at)
    StripeEvent.objects.create(id="evt_1", type="charge.updated", created=at, payload={}, received_at=at, not_before=at)
    world.parts = {
        "reference": paid.order.reference,
        "payment": str(paid.pk),
        "order_line": str(request.order_line_id),
        "url_code": report.url_code,
        "acknowledge_code": report.acknowledge_code,
        "uidb36": "1",
        "requirement": "school",
        "key": "no-such-key",
        "content_type": "1",
        "object": "1",
    }


def _privacy_of(owner: Applicant, third: User, world: World) -> None:
    at = timezone.now()
    correction = CorrectionRequest.objects.create(applicant=owner, topic="other", statement="Test", submitted_at=at)
    export = DataExport.objects.create(user=owner.user, requested_at=at)
    deletion = DeletionRequest.objects.create(user=third, requested_at=at, decidable_at=at)
    four_eyes.propose(FourEyesAct.DELETE_PERSON, subject=deletion, reason="Asked for", actor="user:0", at=at)
    world.parts |= {"correction": str(correction.pk), "export": str(export.pk)}


def _credential_of(owner: Applicant, world: World) -> None:
    document = upload(owner, kind=CredentialKind.TRANSCRIPT, at=timezone.now())
    world.parts |= {"credential": str(document.credential_id), "document": str(document.pk)}


def _first(model: type[models.Model]) -> models.Model:
    row = model._default_manager.order_by("pk").last()
    if row is None:
        raise LookupError(f"Give the world of the access tests a row of {model._meta.label_lower}.")
    return row


@dataclass(frozen=True)
class Trial:
    """One request and the status it must be answered with; `key` names the address."""

    key: str
    method: str
    person: str
    url: str
    status: int
    data: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.key} as {self.person}"


def patterns(
    found: Iterable[URLPattern | URLResolver] | None = None, namespace: str = "", prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Each address of the portal with its key: its name, or its route where it has no name."""
    for pattern in get_resolver().url_patterns if found is None else found:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from patterns(pattern.url_patterns, inner, route)
        else:
            yield (f"{namespace}{pattern.name}" if pattern.name else route), pattern


PRIVATE = frozenset(
    key for key, pattern in patterns() if getattr(pattern.callback, "login_required", True) and key != "admin:login"
)


def people_of(column: str) -> tuple[str, ...]:
    """Return the people for whom a column of the groups speaks."""
    return STAFF if column == "staff" else (column,)


def group_trials(world: World, group: Group) -> Iterator[Trial]:
    """Every address of `group`, by each method, as each person."""
    for address in group.addresses:
        key, *objects = address.split()
        url = RAW[key] if key in RAW else reverse(key, args=[world.parts[name] for name in objects])
        for method in METHODS:
            statuses = getattr(group, method).split()
            for column, status in zip(PEOPLE, statuses, strict=True):
                for person in people_of(column):
                    yield Trial(key, method, person, url, int(status))
            for person, status in zip(OFFICIALS, officials_of(group, method), strict=True):
                yield Trial(key, method, person, url, int(status))


def officials_of(group: Group, method: str) -> list[str]:
    """Return what the two officials get: as the row says, or else what staff do, and at the staff door what a stranger does."""
    if group.officials:
        return group.officials.split()[:2] if method == "get" else group.officials.split()[2:]
    like = "stranger" if group in STAFF_GROUPS else "staff"
    return [getattr(group, method).split()[PEOPLE.index(like)]] * len(OFFICIALS)


def model_table() -> dict[str, dict[str, str]]:
    """Return for each model the letters of each account of staff."""
    lines = [line.split() for line in MODELS.strip().splitlines()]
    return {label: dict(zip(STAFF, letters, strict=True)) for label, *letters in lines}


def act_table() -> dict[tuple[str, str], dict[str, bool]]:
    """Return for each model and act whether each account of staff is offered it."""
    lines = [line.split() for line in ACTS.strip().splitlines()]
    return {
        (label, act): {person: word == "yes" for person, word in zip(STAFF, words, strict=True)}
        for label, act, *words in lines
    }


def model_keys(label: str) -> dict[str, str]:
    """Return the keys of a model's five staff pages, by the letter of the right that opens them, and its old address."""
    app, name = label.split(".")
    pages = {"changelist": "v", "change": "v", "history": "v", "add": "a", "delete": "d"}
    return {f"admin:{app}_{name}_{page}": letter for page, letter in pages.items()} | {
        f"{STAFF_DOOR}{app}/{name}/<path:object_id>/": ""
    }


def model_trials(world: World, label: str) -> Iterator[Trial]:
    """The staff pages of a model: looked at, and for those without the right also posted to."""
    row = world.rows[label]
    for key, letter in model_keys(label).items():
        if letter:
            url = reverse(key, args=[] if key.endswith(("list", "_add")) else [row.pk])
        else:
            url = f"/{key.replace('<path:object_id>', str(row.pk))}"
        for person in (*PEOPLE[:4], *OFFICIALS):
            yield from (Trial(key, method, person, url, 302) for method in METHODS)
        yield from (Trial(key, method, STAFF_HALFWAY, url, 302) for method in METHODS)
        for person, letters in model_table()[label].items():
            allowed = not letter or letter in letters
            yield Trial(key, "get", person, url, (200 if letter else 302) if allowed else 403)
            writes = "c" if key.endswith("_change") else letter
            if writes and not key.endswith("_history") and writes not in letters:
                yield Trial(key, "post", person, url, 403)


def app_trials(label: str) -> Iterator[Trial]:
    """The page that lists the models of one app: it is there for whom one of them is."""
    url = reverse("admin:app_list", args=[label])
    for person in (*PEOPLE[:4], *OFFICIALS):
        yield Trial("admin:app_list", "get", person, url, 302)
    for person in STAFF:
        sees = any(letters[person] != "-" for model, letters in model_table().items() if model.startswith(f"{label}."))
        yield Trial("admin:app_list", "get", person, url, 200 if sees else 404)


def act_trials(world: World, label: str, act: str) -> Iterator[Trial]:
    """One act of a staff list, as everybody who is not offered it: the list comes back, or nothing."""
    url = reverse(f"admin:{label.replace('.', '_')}_changelist")
    data = {"action": act, "_selected_action": str(world.rows[label].pk), "confirmed": "1", "reason": "Because"}
    for person in (*PEOPLE[:4], *OFFICIALS):
        yield Trial(f"{label} {act}", "post", person, url, 302, data)
    for person, offered in act_table()[label, act].items():
        if not offered:
            yield Trial(f"{label} {act}", "post", person, url, _without_the_act(label, person), data)


def _without_the_act(label: str, person: str) -> int:
    """Return what Django answers to an act that is not offered: who is offered others is led back to the list."""
    if model_table()[label][person] == "-":
        return 403
    others = any(offered[person] for (model, _), offered in act_table().items() if model == label)
    return 302 if others else 200


def attempt(world: World, trial: Trial) -> list[str]:
    """Return what is wrong with the answer to `trial`; nothing it writes stays."""
    cache.clear()  # every trial comes from one address
    with rolled_back(), CaptureQueriesContext(connection) as queries:
        client = world.client(trial.person)
        response: HttpResponse = getattr(client, trial.method)(trial.url, trial.data)
    wrong = []
    if response.status_code != trial.status:
        wrong.append(f"{trial}: {response.status_code} instead of {trial.status}")
    led_away = trial.status == 302 and trial.key in PRIVATE and trial.person in LEADS_TO
    if led_away and not response.headers.get("Location", "").startswith(LEADS_TO[trial.person]):
        wrong.append(f"{trial}: led to {response.headers.get('Location')}")
    written = written_tables(query["sql"] for query in queries.captured_queries)
    if trial.key in NOTED_READING and (trial.method, trial.status) == ("get", 200):
        written.discard("portal_auditevent")
    if written and (trial.method == "get" or trial.status in REFUSED or led_away or "action" in trial.data):
        wrong.append(f"{trial}: wrote {sorted(written)}")
    return wrong


def all_wrong(world: World, trials: Iterable[Trial]) -> str:
    """Return what is wrong with the answers to `trials`, a line each."""
    return "\n".join(wrong for trial in trials for wrong in attempt(world, trial))


def written_tables(statements: Iterable[str]) -> set[str]:
    """Return the tables that these statements change, without those that looking may change."""
    found = (WRITES.match(statement) for statement in statements)
    return {match["table"] for match in found if match} - WRITTEN_BY_LOOKING
