"""From nothing but a browser to a report that says "Certified: Yes".

The person, the staff and the school's official do everything through pages; what workers and beat do is done by the very
calls that they make, in a process of its own where something is sealed or sent. No row of the person's record is made by
hand. Reference data is loaded as for every browser test: authorities, fees, schools with sponsor notes, titles of degrees,
and rule tables, whose newest season is moved to the days around today, as an administrator would add the next one. The
accounts of staff are made too, as no page can open the first of them.
"""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pypdf import PdfReader

from applicants.models import User
from applicants.roles import Role
from certification.models import Certificate, IssueDecision, OetMinimum, PathwaySeason
from certification.services.certificates import candidates
from certification.services.rule_tables import save_row
from cvs.models import ReportRequest
from portal.audit import actor_label
from portal.eastern import eastern_date
from tests.browser import certification_staff_steps as staff
from tests.browser import certification_steps as steps
from tests.browser.certification_steps import ShownCertificate
from tests.browser.newcomer_steps import (
    NAME_OF_RECORD,
    SCHOOL,
    accept,
    come_in_as_staff,
    register,
    show_passport,
    sign_in_and_add_a_passkey,
)
from tests.browser.passkeys import add_virtual_authenticator
from tests.browser.support import Site
from tests.people import staff_in
from tests.support.sign_in import add_authenticators

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reviewer(site: Site) -> User:
    """Who reviews what people hand in, with a second factor."""
    return with_factor(Role.CREDENTIAL_REVIEWER)


@pytest.fixture
def senior(site: Site) -> User:
    """Who may import files and be the second person, with a second factor."""
    return with_factor(Role.SENIOR_REVIEWER)


def with_factor(role: Role) -> User:
    """An account of staff that can sign in."""
    account = staff_in(role)
    add_authenticators([account])
    return account


@pytest.fixture
def season(site: Site) -> int:
    """The newest season of the rule tables, moved so that it is open today whenever the test runs."""
    now = timezone.now()
    today, reason, actor = eastern_date(now), "The season of this year", actor_label(with_factor(Role.ADMINISTRATOR))
    row = PathwaySeason.objects.latest("season")
    english = OetMinimum.objects.filter(season=row.season).latest("taken_from")
    row.season = english.season = today.year + 1
    row.opens_on, row.closes_on = today - timedelta(days=60), today + timedelta(days=60)
    row.licence_valid_on_or_after = english.taken_from = today - timedelta(days=700)
    for one in (row, english):
        save_row(one, reason=reason, at=now, actor=actor)
    return row.season


def test_somebody_with_nothing_but_a_browser_is_certified_and_a_report_says_so(
    open_page, site, work_off, reviewer, senior, season
):
    person, first, second, school = (open_page() for _ in range(4))
    add_virtual_authenticator(person)
    number = register(person, site, work_off)
    sign_in_and_add_a_passkey(person, number)
    show_passport(person)
    accept(first, reviewer)

    steps.apply(person, site)
    staff.accept_application(first)
    for kind in (steps.DIPLOMA, steps.TRANSCRIPT):
        steps.send_credential(person, kind)
        staff.accept_credential(first, kind)
    staff.put_official_on_list(first)
    work_off()
    the_school_confirms(school, site)
    for _ in range(2):
        staff.accept_answer(first)

    come_in_as_staff(second, senior)
    staff.import_results(second, number)
    assert steps.apply_for_pathway(person, site) == season
    staff.confirm_license(first)
    staff.accept_pathway(first)

    candidates.find(at=timezone.now())
    steps.wait_for_certificate(person)
    two_people_issue(first, second, reviewer, senior)
    work_off()
    certificate = steps.see_certificate(person)
    assert certificate.valid_through == f"December 31, {season + 1}"
    the_certificate_says(steps.download_certificate(person), number, certificate)
    steps.verify_certificate(school, certificate.number, certificate.issued_on)

    steps.order_report(person, site)
    work_off()
    the_report_says(site, certificate)
    assert site.charged_cents() == [steps.REPORT_CENTS, steps.PATHWAY_CENTS, steps.APPLICATION_CENTS]


def the_school_confirms(page: Page, site: Site) -> None:
    """The official, who has no account, answers both requests; the files of the answer are checked."""
    diploma, transcript = staff.links_of_official(site)
    staff.answer_for_school(page, diploma, transcript=True)
    staff.answer_for_school(page, transcript, transcript=False)
    steps.check_files()


def two_people_issue(first: Page, second: Page, reviewer: User, senior: User) -> None:
    """Nothing is issued by one person, however often they ask; the second one carries it out."""
    staff.issue(first, "It takes effect when a second person does the same.")
    staff.issue(first, "You asked for this yourself.")
    assert not Certificate.objects.exists()
    staff.issue(second, "Done for 1.")
    decision = IssueDecision.objects.get()
    assert (decision.proposed_by, decision.decided_by) == (actor_label(reviewer), actor_label(senior))


def the_certificate_says(pdf: bytes, number: str, shown: ShownCertificate) -> None:
    """The printed certificate has what the page shows, and is sealed."""
    assert b"/ByteRange" in pdf
    text = text_of(pdf)
    for said in (NAME_OF_RECORD, shown.number, shown.issued_on, shown.valid_through):
        assert said in text


def the_report_says(site: Site, certificate: ShownCertificate) -> None:
    """The report in the authority's mailbox says what the certificate says, and how everything was met."""
    (message,) = [one for one in site.mailbox.messages() if one.attachments]
    assert message.envelope_to == (ReportRequest.objects.get().authority.email,)
    text = text_of(site.mailbox.attachment(message))
    assert "Certified: Yes" in text
    assert (
        f"Certificate number: {certificate.number}. Issue date: {certificate.issued_on}. "
        f"Valid through: {certificate.valid_through}."
    ) in text
    for kind in (steps.DIPLOMA, steps.TRANSCRIPT):
        assert re.search(rf"{kind} {SCHOOL} Verified", text)


def text_of(pdf: bytes) -> str:
    """What a PDF says, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
