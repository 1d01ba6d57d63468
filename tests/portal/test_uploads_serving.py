"""Page images: only of clean files, only for those who may see them, only on the origin of uploads (invariant 22)."""

import io
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from applicants.models import Applicant, User
from applicants.roles import Role
from portal.models import AuditEvent, Refusal, Upload, UploadState, VirusScan
from portal.uploads import links
from portal.uploads.services import checking, erasing, viewing
from tests.factories.applicants import StaffFactory
from tests.portal.upload_files import active_pdf, pdf, picture, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir", "enqueued", "settled_at_once")]


@pytest.fixture
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the check's transactions be parts of the test's own."""
    for name in ("_claim", "_settle"):
        monkeypatch.setattr(checking, name, getattr(checking, name).__wrapped__)


@pytest.fixture
def upload(applicant: Applicant) -> Upload:
    """A clean file of `applicant` with two pages."""
    row = take_in(applicant.user, pdf(2), "passport of Kofi.pdf")
    assert checking.check(Upload.objects.filter(pk=row.pk))
    row.refresh_from_db()
    return row


@pytest.fixture
def trainee(db: None) -> User:
    """Staff without any permission."""
    return StaffFactory.create(is_superuser=False)


def ask(address: str, host: str = settings.UPLOADS_ORIGIN, method: str = "get"):
    """The answer to a request at `host` for the path of `address`, by a browser without cookies."""
    return getattr(Client(), method)(urlsplit(address).path, headers={"host": urlsplit(host).netloc})


def address_of(upload: Upload, user: User, number: int = 1) -> str:
    """A signed address, whether or not `user` may see the file."""
    return links.page_address(upload, number, viewer=user.pk)


def test_the_owner_sees_each_page_as_a_picture_on_the_origin_of_uploads(upload: Upload, applicant: Applicant):
    pages = viewing.pages_for(applicant.user, upload)

    assert [(page.number, page.width, page.height) for page in pages] == [(1, 1700, 2200), (2, 1700, 2200)]
    for page in pages:
        assert page.address.startswith(f"{settings.UPLOADS_ORIGIN}/pages/")
        answer = ask(page.address)
        assert answer.status_code == 200
        assert Image.open(io.BytesIO(answer.content)).size == (1700, 2200)


def test_a_picture_comes_with_every_bar_and_without_cookies(upload: Upload, applicant: Applicant):
    answer = ask(address_of(upload, applicant.user))

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'inline; filename="page.jpg"'
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies
    assert not answer.has_header("Vary")


def test_the_same_path_on_the_portals_own_origin_is_not_found(upload: Upload, applicant_client: Client):
    address = address_of(upload, upload.owner)

    assert ask(address, host=settings.BASE_URL).status_code == 404
    assert applicant_client.get(urlsplit(address).path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/staff/", "/healthz", "/static/js/portal.js", "/dashboard/"]
)
def test_nothing_else_is_answered_on_the_origin_of_uploads(path: str):
    answer = ask(path)

    assert (answer.status_code, answer.content) == (404, b"Not found.\n")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert not answer.cookies


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_only_reading_is_answered_on_the_origin_of_uploads(upload: Upload, applicant: Applicant, method: str):
    assert ask(address_of(upload, applicant.user), method=method).status_code == 404


def test_another_physician_gets_no_address_and_a_forged_one_shows_nothing(upload: Upload, other_applicant: Applicant):
    assert viewing.pages_for(other_applicant.user, upload) == []
    assert ask(address_of(upload, other_applicant.user)).status_code == 404


def test_staff_see_it_with_the_permission_only_and_while_they_have_it(upload: Upload, trainee: User):
    assert viewing.pages_for(trainee, upload) == []
    assert ask(address_of(upload, trainee)).status_code == 404

    User.objects.filter(pk=trainee.pk).update(role=Role.CREDENTIAL_REVIEWER)
    trainee.refresh_from_db()
    address = address_of(upload, trainee)
    allowed = ask(address).status_code
    User.objects.filter(pk=trainee.pk).update(role=Role.EDITOR)

    assert (allowed, ask(address).status_code) == (200, 404)


def test_a_closed_account_sees_nothing_more(upload: Upload, applicant: Applicant):
    address = address_of(upload, applicant.user)
    User.objects.filter(pk=applicant.user_id).update(is_active=False)

    assert ask(address).status_code == 404


def test_an_address_ends_after_fifteen_minutes(upload: Upload, applicant: Applicant):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        address = address_of(upload, applicant.user)
    with time_machine.travel(now + timedelta(seconds=links.PAGE_SECONDS - 1), tick=False):
        before = ask(address).status_code
    with time_machine.travel(now + timedelta(seconds=links.PAGE_SECONDS + 2), tick=False):
        after = ask(address).status_code

    assert (before, after) == (200, 404)


def changed(token: str) -> str:
    """A token with another letter in its middle."""
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        changed,
        lambda token: token[:-1],
        lambda token: token + "/",
        lambda token: token + ".jpg",
        lambda token: "x" * 100,
        lambda token: "../" + token,
        lambda token: token + "%00",
    ],
    ids=["changed", "cut", "slash", "ending", "made up", "upwards", "null"],
)
def test_a_spoiled_address_shows_nothing(upload: Upload, applicant: Applicant, spoil: Callable[[str], str]):
    address = address_of(upload, applicant.user)
    token = address.rpartition("/")[2]

    assert ask(address.replace(token, spoil(token))).status_code == 404


def test_a_page_that_is_not_there_and_the_original_under_a_pages_address_are_not_found(
    upload: Upload, applicant: Applicant
):
    for number in (0, 3, -1):
        assert ask(address_of(upload, applicant.user, number)).status_code == 404


def test_an_address_for_one_thing_opens_no_other(upload: Upload, staff_member: User):
    page = address_of(upload, staff_member).rpartition("/")[2]
    original = links.original_address(upload, user_id=staff_member.pk).rpartition("/")[2]

    assert ask(f"/originals/{page}").status_code == 404
    assert ask(f"/pages/{original}").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"state": UploadState.RECEIVED, "checked_at": None},
        {"state": UploadState.REFUSED, "refusal": Refusal.VIRUS, "virus_scan": VirusScan.FOUND},
    ],
    ids=["received", "refused"],
)
def test_nothing_is_served_before_a_file_is_clean_or_after_it_was_refused(
    upload: Upload, applicant: Applicant, staff_member: User, values: dict[str, object]
):
    Upload.objects.update(page_count=0, pages_name="", **values)
    upload.refresh_from_db()

    for user in (applicant.user, staff_member):
        assert viewing.pages_for(user, upload) == []
        assert ask(address_of(upload, user)).status_code == 404
    assert ask(links.original_address(upload, user_id=staff_member.pk)).status_code == 404
    with pytest.raises(viewing.NotShownError):
        viewing.hand_out_original(upload_id=upload.pk, user=staff_member, actor="user:1", at=timezone.now())


def test_an_erased_file_is_gone_for_everybody(upload: Upload, applicant: Applicant):
    address = address_of(upload, applicant.user)

    erasing.erase(upload, at=timezone.now(), actor="test", reason="test")

    assert ask(address).status_code == 404


def test_active_content_arrives_as_pixels_only(applicant: Applicant):
    row = take_in(applicant.user, active_pdf(), "form.pdf")
    assert checking.check(Upload.objects.filter(pk=row.pk))
    row.refresh_from_db()

    answer = ask(address_of(row, applicant.user))

    assert answer.status_code == 200
    assert answer.content.startswith(b"\xff\xd8\xff")
    for word in (b"JavaScript", b"alert", b"Launch", b"run-me", b"%PDF", b"MZ"):
        assert word not in answer.content


def test_what_a_camera_wrote_into_a_picture_is_not_in_its_page_image(applicant: Applicant):
    exif = Image.Exif()
    exif[0x010E] = "taken at 6.5244 N, 3.3792 E"
    row = take_in(applicant.user, picture(exif=exif, comment=b"<script>alert(1)</script>"))
    assert checking.check(Upload.objects.filter(pk=row.pk))
    row.refresh_from_db()

    content = ask(address_of(row, applicant.user)).content

    assert b"3.3792" not in content
    assert b"script" not in content
    image = Image.open(io.BytesIO(content))
    assert not image.getexif()
    red, green, _ = image.split()
    seen = (red.getpixel((20, 100)), green.getpixel((20, 100)), green.getpixel((300, 100)))
    assert seen == pytest.approx((200, 30, 255), abs=5)


def test_the_owner_follows_the_check_on_a_page(upload: Upload, applicant_client: Client):
    answer = applicant_client.get(reverse("upload_state", args=[upload.pk]))

    assert answer.status_code == 200
    assert b"Your file was checked" in answer.content
    assert answer.content.count(f"{settings.UPLOADS_ORIGIN}/pages/".encode()) == 2
    assert settings.UPLOADS_ORIGIN in answer["Content-Security-Policy"].split("img-src")[1].split(";")[0]
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert b"Download original" not in answer.content


def test_no_other_page_may_load_images_from_the_origin_of_uploads(applicant_client: Client):
    for name in ("dashboard", "contact_details", "help"):
        assert settings.UPLOADS_ORIGIN not in applicant_client.get(reverse(name))["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["upload_state", "upload_status"])
def test_the_state_of_a_file_is_its_owners_alone(
    upload: Upload, other_applicant: Applicant, staff_client: Client, name: str
):
    other = Client()
    other.force_login(other_applicant.user)

    assert other.get(reverse(name, args=[upload.pk])).status_code == 404
    assert staff_client.get(reverse(name, args=[upload.pk])).status_code == 404
    assert Client().get(reverse(name, args=[upload.pk])).status_code == 302


@pytest.mark.parametrize(
    ("values", "after", "says", "polls"),
    [
        ({}, 0, "Checking your file", True),
        ({}, 121, "You can leave this page", False),
        ({"virus_scan": VirusScan.WAITING}, 0, "Our virus scanner does not answer", False),
    ],
)
def test_a_file_under_way_is_asked_for_again_for_two_minutes(
    applicant: Applicant, applicant_client: Client, values: dict[str, object], after: int, says: str, polls: bool
):
    row = take_in(applicant.user, pdf(), "scan.pdf", at=timezone.now() - timedelta(seconds=after))
    Upload.objects.update(**values)

    page = applicant_client.get(reverse("upload_state", args=[row.pk])).content.decode()

    assert says in page
    assert ("hx-get" in page) == polls
    assert "Check again" in page
    assert "/pages/" not in page


@pytest.mark.parametrize("refusal", Refusal)
def test_each_refusal_has_a_sentence_of_its_own_on_the_page(
    applicant: Applicant, applicant_client: Client, refusal: Refusal
):
    row = take_in(applicant.user, pdf(), "scan.pdf")
    Upload.objects.update(state=UploadState.REFUSED, refusal=refusal, checked_at=timezone.now())

    page = applicant_client.get(reverse("upload_state", args=[row.pk])).content.decode()

    assert refusal.label in page
    assert sum(other.label in page for other in Refusal) == 1


def test_staff_save_an_original_from_the_origin_of_uploads_and_the_log_knows(
    upload: Upload, staff_client: Client, staff_member: User
):
    answer = staff_client.get(reverse("upload_original", args=[upload.pk]))
    file = ask(answer["Location"])

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{settings.UPLOADS_ORIGIN}/originals/")
    assert file.content == pdf(2)
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"] == f'attachment; filename="upload-{upload.pk.hex[:8]}.pdf"'
    assert file["Content-Security-Policy"].startswith("sandbox")
    event = AuditEvent.objects.get(event="uploads.original_handed_out")
    assert (event.actor, event.subject_id) == (f"user:{staff_member.pk}", str(upload.pk))


def test_an_address_of_an_original_ends_after_a_minute(upload: Upload, staff_member: User):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        address = links.original_address(upload, user_id=staff_member.pk)

    with time_machine.travel(now + timedelta(seconds=links.ORIGINAL_SECONDS + 2), tick=False):
        assert ask(address).status_code == 404


def test_originals_are_refused_to_everybody_else_and_no_event_is_written(upload: Upload, applicant_client: Client):
    assert applicant_client.get(reverse("upload_original", args=[upload.pk])).status_code == 404
    assert ask(links.original_address(upload, user_id=upload.owner_id)).status_code == 404
    assert not AuditEvent.objects.filter(event="uploads.original_handed_out").exists()


def test_showing_a_page_costs_few_queries(upload: Upload, applicant: Applicant, django_assert_max_num_queries):
    address = address_of(upload, applicant.user)

    with django_assert_max_num_queries(3):
        ask(address)
