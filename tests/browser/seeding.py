"""People and orders in every state that a page can show, and sessions in which they are signed in."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from applicants.models import Applicant, IdentityCheck, NameRequest, User
from applicants.roles import Role
from applicants.services.links import make_link
from applicants.states import LinkPurpose
from certification.models import Certificate, Credential
from certification.services.cases import steps
from certification.services.imports import receiving, working
from certification.states import CredentialKind, CredentialState, ImportKind
from cvs.models import LicensingAuthority, ReportRequest
from cvs.states import ReportState, RequestState
from payments.models import Fee
from payments.services import checkout, sync
from portal.audit import actor_label
from portal.models import Upload
from portal.uploads.services import checking
from sandbox.sample_data import STAFF_EMAIL, load_people
from sandbox.sample_data.identity import RENAMED
from sandbox.sample_data.identity import RETURNED as IDENTITY_RETURNED
from sandbox.sample_data.identity import WAITING as IDENTITY_WAITING
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.browser import pathways
from tests.browser.school_seeding import ask_a_school
from tests.browser.seeding_applications import APPLICANTS, seed_applications
from tests.browser.support import Site
from tests.certification.credential_scenes import describe, submit, upload
from tests.cvs.pages import choose, confirm_details, issue
from tests.factories.applicants import StaffFactory
from tests.factories.newsletter import NewsletterDeliveryFactory, NewsletterIssueFactory
from tests.people import staff_in
from tests.support.orders import PRICE_CENTS, pay_with_credit, place
from tests.support.sign_in import sign_in

NOT_CERTIFIED, CERTIFIED, BY_PATHWAY = "04821375", "03157426", "10264831"
# Each of these lives in one state of an order alone, so that no page depends on which was opened before.
NEW, CHOOSING, PRICE_CHANGED, PAYING, BY_BANK, HELD = (
    "10264849",
    "10264856",
    "10264946",
    "10264953",
    "10264979",
    "10265076",
)
# So that no page asks for the password again because the machine is slow.
AS_LONG_AS_THE_RUN = 3600
REPORT_FILE = b"%PDF-1.7 the bytes of a report that was issued"
BANK_THAT_SETTLES = "000123456789"


@dataclass
class World:
    """Where the portal is served, session keys by person, and the parts of addresses that states name in braces."""

    base_url: str
    sessions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def make_world(site: Site) -> World:
    """Fill the committed database of a running site; needs its licensing authorities and fees."""
    world = World(site.base_url)
    with override_settings(STRIPE_API_BASE=site.double.base_url, CHECKOUT_ORIGIN=site.double.base_url):
        _seed(world, site.double)
    return world


def _seed(world: World, double: StripeDoubleProcess) -> None:
    load_people()
    boards = list(LicensingAuthority.objects.order_by("name")[:3])
    _place_reports(world, boards)
    _price_changes(world, boards)
    _pay_by_bank(world, double, boards)
    for number in (NOT_CERTIFIED, CERTIFIED):
        _sign_in(world, number, *boards)
    for number in (BY_PATHWAY, HELD, IDENTITY_WAITING, IDENTITY_RETURNED, RENAMED):
        _sign_in(world, number)
    _begin_credential(world)
    world.names |= seed_applications()
    for number in APPLICANTS:
        _sign_in(world, number)
    _check_files(world)
    _send_credential(world)
    _sign_in_without_second_factor(world, NEW)
    _sign_in(world, CHOOSING, confirmed=True)
    place(_person(PAYING), boards[:2], use_credit=False)
    _sign_in(world, PAYING)
    _sign_in_staff(world)
    _write_newsletters(world)
    _name_a_certificate(world)
    _import_files(world)
    _send_a_notice()
    _ask_for_another_address(world)
    world.names |= pathways.seed(_person(BY_BANK), _person(PAYING))
    names, world.sessions["official"] = ask_a_school(_person(NOT_CERTIFIED))
    world.names |= names
    # From here on nobody reaches the payment provider: what its silence looks like is a state as well.
    double.control.fault("500", times=1000)


def _send_a_notice() -> None:
    """A case that waits for the answer of somebody whose reports are on hold anyway."""
    member = actor_label(staff_in(Role.COMMITTEE))
    at = timezone.now()
    case = steps.open_case(applicant=_person(HELD), allegation="A transcript that differs", at=at, actor=member)
    steps.start_review(case_id=case.pk, at=at, actor=member)
    steps.send_notice(
        case_id=case.pk, notice="A transcript that you sent differs from your school’s.", at=at, actor=member
    )


def _ask_for_another_address(world: World) -> None:
    """Somebody whose new e-mail address waits for its link."""
    user, at = _person(BY_PATHWAY).user, timezone.now()
    for name, purpose in (("new_email", LinkPurpose.CHANGE_EMAIL), ("old_email", LinkPurpose.STOP_EMAIL_CHANGE)):
        world.names[name] = make_link(purpose, email="new@example.org", at=at, user=user)


def _name_a_certificate(world: World) -> None:
    certificate = Certificate.objects.get(applicant__identification_number=CERTIFIED)
    world.names |= {"certificate_number": certificate.number, "certificate_date": str(certificate.issued_on)}


def _import_files(world: World) -> None:
    """Let one file be ready to be accepted, and another have faults."""
    actor = actor_label(User.objects.get(username=STAFF_EMAIL))
    for name, number in (("import_ready", NOT_CERTIFIED), ("import_faulty", "=1+1")):
        data = f"identification_number,examination,taken_on,reported_on,result\n{number},step_2_cs,2019-05-06,2019-06-05,fail\n"
        file = SimpleUploadedFile("results.csv", data.encode())
        file_import = receiving.receive(file=file, kind=ImportKind.USMLE_RESULTS, actor=actor, at=timezone.now())
        working.work(file_import.pk)
        world.names[name] = str(file_import.pk)


def _person(number: str) -> Applicant:
    return Applicant.objects.get(identification_number=number)


def _sign_in(world: World, number: str, *chosen: LicensingAuthority, confirmed: bool = False) -> None:
    """Note a session of this physician; with authorities chosen, the order is ready for review."""
    client, person = Client(), _person(number)
    sign_in(client, person.user, fresh_seconds=AS_LONG_AS_THE_RUN)
    if chosen or confirmed:
        confirm_details(client, person)
    if chosen:
        choose(client, *chosen)
    world.sessions[number] = _session_key(client)


def _sign_in_without_second_factor(world: World, number: str) -> None:
    """Note a session of a physician who has yet to set a second factor up."""
    client, user = Client(), _person(number).user
    Authenticator.objects.filter(user=user).delete()
    sign_in(client, user, second_factor=False, fresh_seconds=AS_LONG_AS_THE_RUN)
    world.sessions[number] = _session_key(client)


def _session_key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _sign_in_staff(world: World) -> None:
    for name, user in {
        "staff": User.objects.get(username=STAFF_EMAIL),
        "trainee": StaffFactory.create(is_superuser=False),
    }.items():
        client = Client()
        sign_in(client, user)
        world.sessions[name] = _session_key(client)


def _begin_credential(world: World) -> None:
    """Let one physician have uploaded a transcript and say no more about it yet, and another the one of the next step."""
    document = upload(
        _person(NOT_CERTIFIED), kind=CredentialKind.TRANSFER_TRANSCRIPT, issuer="Example University", at=timezone.now()
    )
    world.names |= {"credential": str(document.credential_id), "document": str(document.pk)}
    upload(_person(BY_PATHWAY), kind=CredentialKind.TRANSFER_TRANSCRIPT, shade=120, at=timezone.now())


def _send_credential(world: World) -> None:
    """Let a transcript whose file was checked wait for a reviewer."""
    credential = Credential.objects.get(applicant=_person(BY_PATHWAY), state=CredentialState.DRAFT)
    describe(credential, at=timezone.now(), degree_title="")
    submit(credential, at=timezone.now())
    world.names["waiting_credential"] = str(credential.pk)


def _check_files(world: World) -> None:
    """Do what workers do with the files that people of the sample data sent, so that reviewers see pictures."""
    while checking.check(Upload.objects.all()):
        pass
    waiting = IdentityCheck.objects.get(applicant=_person(IDENTITY_WAITING))
    world.names |= {"identity_check": str(waiting.pk), "name_request": str(NameRequest.objects.get().pk)}


def _write_newsletters(world: World) -> None:
    """Let one issue have gone out, and another wait for its editor."""
    sent = NewsletterDeliveryFactory.create()
    world.names["newsletter"] = str(sent.issue.number)
    world.names["leaving"] = sent.subscriber.unsubscribe_key
    world.names["draft"] = str(NewsletterIssueFactory.create().pk)


def _place_reports(world: World, boards: list[LicensingAuthority]) -> None:
    """Pay orders of the certified physician with credit, and let their reports be in every state."""
    person, now = _person(CERTIFIED), timezone.now()
    world.names["prepared"] = _order(person, boards, RequestState.FUNDED)
    world.names["held"] = _order(person, boards[:1], RequestState.ON_HOLD)
    sent = {"dispatched_at": now - timedelta(hours=2)}
    opened = {**sent, "acknowledged_at": now}
    world.names["sent"] = _order(person, boards[:2], RequestState.DISPATCHED, **sent)
    world.names["opened"] = _order(person, boards[:1], RequestState.DELIVERED, **opened)
    world.names["problem"] = _order(person, boards[:2], RequestState.DELIVERY_PROBLEM)
    _issue_reports(world)


def _order(person: Applicant, boards: list[LicensingAuthority], state: RequestState, **values: object) -> str:
    requests = pay_with_credit(person, boards)
    ReportRequest.objects.filter(pk__in=[request.pk for request in requests]).update(state=state, **values)
    return requests[0].order_line.order.reference


def _issue_reports(world: World) -> None:
    """Issue a genuine, a replaced, an acknowledged and an unreadable report; note how each is looked up."""
    sent = ReportRequest.objects.filter(order_line__order__reference=world.names["sent"]).order_by("position")
    genuine, replaced = sent
    (opened,) = ReportRequest.objects.filter(order_line__order__reference=world.names["opened"])
    found = issue(genuine, sha256=hashlib.sha256(REPORT_FILE).hexdigest())
    old = issue(replaced, state=ReportState.SUPERSEDED)
    issue(replaced, number=f"{old.number}-R2", version=2, replaces=old)
    confirmed = issue(opened, acknowledged_at=timezone.now())
    (held,) = ReportRequest.objects.filter(order_line__order__reference=world.names["held"])
    broken = issue(held, snapshot={})
    world.names |= {
        "genuine": found.short_code,
        "replaced": old.short_code,
        "acknowledge": found.acknowledge_code,
        "acknowledged": confirmed.acknowledge_code,
        "broken": broken.url_code,
        "request": str(genuine.pk),
    }


def _price_changes(world: World, boards: list[LicensingAuthority]) -> None:
    """Let a physician choose while reports cost less than they do afterwards."""
    fee = Fee.objects.filter(code="CVS_STATUS_REPORT", amount_cents=PRICE_CENTS)
    fee.update(amount_cents=PRICE_CENTS - 600)
    _sign_in(world, PRICE_CHANGED, *boards[:2])
    Fee.objects.filter(code="CVS_STATUS_REPORT", amount_cents=PRICE_CENTS - 600).update(amount_cents=PRICE_CENTS)


def _pay_by_bank(world: World, double: StripeDoubleProcess, boards: list[LicensingAuthority]) -> None:
    """Let a physician pay from a bank account; the money is under way."""
    payment = place(_person(BY_BANK), boards[:2], use_credit=False)
    checkout.open_session(payment.pk)
    payment.refresh_from_db()
    double.control.pay(str(payment.session_id), bank=BANK_THAT_SETTLES)
    sync.sync(payment.pk)
    _sign_in(world, BY_BANK)
    world.names |= {"by_bank": payment.order.reference, "payment": str(payment.pk)}
