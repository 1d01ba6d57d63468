"""The page behind a one-time link: looked at by programs, opened and answered by people."""

from datetime import timedelta
from typing import cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.models import SchoolOfficial, VerificationAnswer, VerificationRequest
from certification.services.verification import links, requests, review
from certification.states import VerificationState
from certification.views.school.answering import LINKS, NEW_LINKS
from portal.models import AuditEvent, OutgoingEmail, Upload
from portal.uploads.links import PAGE_SECONDS
from tests.certification.school_scenes import form_of, sent_request, token_of
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.people import reviewer
from tests.portal.upload_files import active_pdf, checked, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_today() -> VerificationRequest:
    """A request that was sent today, with a page to look at."""
    return sent_request(at=timezone.now(), file=True)


def address_of(request: VerificationRequest) -> str:
    return reverse("school_answer", args=[token_of(request.official)])


def opened(request: VerificationRequest) -> tuple[Client, str]:
    """A browser in which the request was opened, and the address of its page."""
    client, address = Client(), address_of(request)
    assert client.post(address, {"act": "open"}).status_code == 302
    return client, address


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (AuditEvent, OutgoingEmail, VerificationAnswer))


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_program_that_follows_the_link_changes_nothing_and_learns_nothing(request_of_today, method):
    address, before = address_of(request_of_today), rows()

    for _ in range(3):
        response = getattr(Client(headers={"User-Agent": "SafeLinks"}), method)(address)
        assert response.status_code == 200
        for secret in (request_of_today.applicant.family_name, request_of_today.applicant.given_names, "/pages/"):
            assert secret not in response.content.decode()

    request_of_today.refresh_from_db()
    assert (request_of_today.state, request_of_today.opened_at, rows()) == (VerificationState.SENT, None, before)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(request_of_today, method):
    assert getattr(Client(), method)(address_of(request_of_today)).status_code == 405


def test_the_page_is_kept_nowhere_and_tells_no_other_site_its_address(request_of_today):
    client, address = opened(request_of_today)

    for response in (client.get(address), Client().get(address), Client().get("/school/answer/x/")):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Frame-Options"] == "DENY"
    assert 'rel="noopener noreferrer"' in client.get(address).content.decode()


def test_a_person_opens_sees_and_answers(request_of_today):
    client, address = opened(request_of_today)
    page = client.get(address).content.decode()
    request_of_today.refresh_from_db()
    assert request_of_today.state == VerificationState.OPENED
    assert request_of_today.applicant.full_name in page
    assert 'value="Ama Registrar"' in page

    response = client.post(address, form_of(request_of_today), follow=True)

    assert response.status_code == 200
    assert "Thank you" in response.content.decode()
    answer = VerificationAnswer.objects.get()
    assert (answer.channel, answer.checks["genuine"], answer.signatory_title) == ("link", True, "Registrar")


def test_pages_of_the_document_are_shown_to_the_official_alone_and_not_after_the_answer(request_of_today, settings):
    client, address = opened(request_of_today)
    (document,) = client.get(address).context["documents"]
    image = document[0].address.removeprefix(settings.UPLOADS_ORIGIN)
    host = {"HTTP_HOST": settings.UPLOADS_ORIGIN.partition("://")[2]}

    assert Client().get(image, **host).headers["Content-Type"] == "image/jpeg"
    assert settings.UPLOADS_ORIGIN in client.get(address).headers["Content-Security-Policy"]
    client.post(address, form_of(request_of_today))

    assert Client().get(image, **host).status_code == 404
    assert PAGE_SECONDS <= 15 * 60


def test_pages_end_when_the_official_leaves_the_list(request_of_today, settings):
    client, address = opened(request_of_today)
    (document,) = client.get(address).context["documents"]
    image = document[0].address.removeprefix(settings.UPLOADS_ORIGIN)
    SchoolOfficial.objects.update(listed_until=timezone.now() - timedelta(days=2))

    assert Client().get(image, HTTP_HOST=settings.UPLOADS_ORIGIN.partition("://")[2]).status_code == 404


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"verdict": ""}, "Choose one of the three answers."),
        ({"genuine": "no"}, "so the answer to this question must be yes"),
        ({"genuine": ""}, "so the answer to this question must be yes"),
        ({"verdict": "not_ours"}, "Say in a few words"),
        ({"signatory_name": ""}, "Enter the name and the title"),
        ({"signed": ""}, "Confirm that you may answer"),
        ({"comments": "x" * 2001}, "Use at most 2,000 characters."),
    ],
)
def test_a_wrong_answer_is_given_back_with_everything_that_was_typed(request_of_today, changes, says):
    client, address = opened(request_of_today)
    typed = form_of(request_of_today, **{"comments": "Typed with care", **changes})
    if changes == {"verdict": "not_ours"}:
        typed["comments"] = ""

    response = client.post(address, typed)

    page = response.content.decode()
    assert response.status_code == 200
    assert says in page
    assert "<title>Error:" in page
    assert str(typed["comments"])[:15] in page
    assert not VerificationAnswer.objects.exists()


def test_the_final_transcript_comes_with_the_answer_and_goes_through_the_checks(request_of_today):
    client, address = opened(request_of_today)
    file = SimpleUploadedFile("transcript.pdf", pdf(), content_type="application/pdf")

    client.post(address, form_of(request_of_today, transcript=file))

    answer = VerificationAnswer.objects.get()
    assert (answer.transcript.purpose, answer.transcript.state) == ("school_transcript", "received")
    assert answer.transcript.owner != request_of_today.applicant.user
    assert not answer.transcript.owner.is_active
    with pytest.raises(requests.VerificationError, match="still being checked"):
        review.accept(request_of_today.pk, reason="", at=timezone.now(), actor=reviewer())
    checked(cast("Upload", answer.transcript))
    review.accept(request_of_today.pk, reason="", at=timezone.now(), actor=reviewer())


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.html", b"<html>", "must be a PDF, JPG or PNG"),
        ("a.pdf", b"", "is empty"),
        ("a.png", b"%PDF-1.4", "ending of the file"),
    ],
)
def test_a_file_that_is_not_taken_is_said_at_once_and_nothing_is_answered(request_of_today, name, data, says):
    client, address = opened(request_of_today)

    response = client.post(address, form_of(request_of_today, transcript=SimpleUploadedFile(name, data)))

    assert says in response.content.decode()
    assert not VerificationAnswer.objects.exists()


def test_an_active_pdf_is_shown_as_pictures_only(request_of_today):
    client, address = opened(request_of_today)
    client.post(address, form_of(request_of_today, transcript=SimpleUploadedFile("t.pdf", active_pdf())))

    upload = checked(cast("Upload", VerificationAnswer.objects.get().transcript))

    assert (upload.state, upload.page_count) == ("clean", 1)


def test_an_answer_that_comes_too_late_for_its_link_is_given_back(request_of_today):
    client, address = opened(request_of_today)
    typed = form_of(request_of_today, comments="Typed with care")
    review.withdraw(request_of_today.pk, reason="Not needed", at=timezone.now(), actor=reviewer())

    response = client.post(address, typed)

    assert response.status_code == 410
    assert "Your answer was not saved" in response.content.decode()
    assert "Typed with care" in response.content.decode()
    assert not VerificationAnswer.objects.exists()


def test_a_second_answer_is_not_saved_and_says_so(request_of_today):
    client, address = opened(request_of_today)
    client.post(address, form_of(request_of_today))

    response = client.post(address, form_of(request_of_today, verdict="not_ours", comments="No, wait"))

    page = response.content.decode()
    assert (response.status_code, VerificationAnswer.objects.count()) == (410, 1)
    assert "This request was answered" in page
    assert "No, wait" in page
    assert Client().get(address).status_code == 410
    # Whoever else has the link learns nothing of the answer.
    assert "Ama Registrar" not in Client().get(address).content.decode()


def test_unknown_links_and_those_asked_anew_are_answered_alike(request_of_today, time_machine):
    known, before = address_of(request_of_today), OutgoingEmail.objects.count()
    unknown = reverse("school_answer", args=["never-made"])
    assert Client().get(unknown).status_code == 404
    time_machine.move_to(timezone.now() + links.LINK_LIFETIME + timedelta(days=1))
    assert Client().get(known).status_code == 410
    assert "Ask for a new link" in Client().get(known).content.decode()

    pages = [Client().post(address, {"act": "new_link"}) for address in (known, unknown)]

    bodies = [page.content.decode().replace("never-made", "").replace(known.split("/")[3], "") for page in pages]
    assert [page.status_code for page in pages] == [200, 200]
    assert "Look into your mailbox" in bodies[0]
    assert _plain(bodies[0]) == _plain(bodies[1])
    sent = OutgoingEmail.objects.order_by("created_at")[before:]
    assert [mail.to_email for mail in sent] == [request_of_today.official.email]


def _plain(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_a_request_is_passed_on_to_a_colleague_of_the_list_only(request_of_today):
    colleague = SchoolOfficialFactory.create(school=request_of_today.school, name="Kwame Dean")
    stranger = SchoolOfficialFactory.create()
    client, address = opened(request_of_today)
    for wrong in (stranger.pk, request_of_today.official_id, "", "x"):
        assert "Choose a colleague" in client.post(address, {"act": "pass_on", "official": wrong}).content.decode()
    request_of_today.refresh_from_db()
    assert request_of_today.official != colleague

    client.post(address, {"act": "pass_on", "official": colleague.pk})

    request_of_today.refresh_from_db()
    assert request_of_today.official == colleague
    assert client.get(address).status_code == 410
    assert Client().get(reverse("school_answer", args=[token_of(colleague)])).status_code == 200


def test_links_are_limited(request_of_today):
    client, address = Client(), address_of(request_of_today)
    asked = [client.post(address, {"act": "new_link"}).status_code for _ in range(NEW_LINKS.most + 1)]
    assert asked == [200] * NEW_LINKS.most + [429]

    statuses = {client.get("/school/answer/x/").status_code for _ in range(LINKS.most - len(asked))}

    assert statuses == {404}
    assert client.get(address).status_code == 429


def test_a_forged_form_of_another_site_answers_nothing(request_of_today):
    client = Client(enforce_csrf_checks=True)

    assert client.post(address_of(request_of_today), form_of(request_of_today)).status_code == 403
    assert not VerificationAnswer.objects.exists()
