"""People on their way: one whose passport waits for a reviewer, one whose was returned, one who asked for another name."""

import io
from collections.abc import Collection
from datetime import UTC, date, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from applicants.models import Applicant, IdentityCheck, NameRequest
from applicants.states import IdentityModel, IdentityState, NameReason, NameRequestKind, NameRequestState
from portal import audit
from portal.audit import actor_label
from portal.models import Upload
from portal.uploads.services import receive

WAITING, RETURNED, RENAMED = "10265209", "10265068", "10265183"
UNCHECKED = frozenset({WAITING, RETURNED})
ACTOR = "sample data"
SENT_AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
EXPIRES_ON = date(2031, 8, 14)
# Of a passport page, in pixels.
PAGE = (1000, 700)


def load(numbers: Collection[str]) -> None:
    """Send what these people sent, if they are among `numbers`, who were just added."""
    people = {
        person.identification_number: person for person in Applicant.objects.filter(identification_number__in=numbers)
    }
    if WAITING in people:
        _send(people[WAITING], IdentityState.SUBMITTED)
    if RETURNED in people:
        reason = "A part of the page is missing. All four corners must be in the picture."
        _send(people[RETURNED], IdentityState.RETURNED, return_reason=reason, decided_at=SENT_AT, decided_by=ACTOR)
    if RENAMED in people:
        _ask(people[RENAMED], "Rossi De Luca")


def _send(person: Applicant, state: IdentityState, **decision: object) -> None:
    check = IdentityCheck.objects.create(
        applicant=person,
        kind=IdentityModel.PASSPORT,
        state=state,
        family_name=person.family_name,
        given_names=person.given_names,
        passport_number=f"X{person.identification_number}",
        issuing_country="RO",
        expires_on=EXPIRES_ON,
        upload=_file(person, person.family_name, "passport"),
        created_at=SENT_AT,
        submitted_at=SENT_AT,
        **decision,
    )
    audit.record("applicants.identity_submitted", actor=actor_label(person.user), subject=check, at=SENT_AT)


def _ask(person: Applicant, family_name: str) -> None:
    request = NameRequest.objects.create(
        applicant=person,
        kind=NameRequestKind.CHANGE,
        state=NameRequestState.REQUESTED,
        family_name=family_name,
        given_names=person.given_names,
        reason=NameReason.MARRIAGE,
        upload=_file(person, family_name, "name_change"),
        submitted_at=SENT_AT,
    )
    audit.record("applicants.name_requested", actor=actor_label(person.user), subject=request, at=SENT_AT)


def _file(person: Applicant, family_name: str, purpose: str) -> Upload:
    """Hand in the picture of a passport of nobody; workers check it as they check every file."""
    file = SimpleUploadedFile("passport.png", picture(person, family_name), "image/png")
    return receive(file=file, purpose=purpose, owner=person.user, at=SENT_AT, actor=actor_label(person.user))


def picture(person: Applicant, family_name: str) -> bytes:
    """Return the picture of a passport page that says that it is a specimen."""
    page = Image.new("RGB", PAGE, (238, 232, 220))
    draw = ImageDraw.Draw(page)
    draw.rectangle((30, 30, PAGE[0] - 30, PAGE[1] - 30), outline=(90, 30, 50), width=6)
    draw.rectangle((70, 160, 330, 500), fill=(200, 200, 205), outline=(120, 120, 125), width=3)
    large, small = ImageFont.load_default(44), ImageFont.load_default(30)
    draw.text((70, 70), "PASSPORT  -  SPECIMEN", font=large, fill=(90, 30, 50))
    lines = (
        f"Surname: {family_name.upper()}",
        f"Given names: {person.given_names.upper()}",
        f"Date of birth: {person.birth_date.isoformat()}",
        f"Date of expiry: {EXPIRES_ON.isoformat()}",
        f"Passport No.: X{person.identification_number}",
    )
    for place, line in enumerate(lines):
        draw.text((370, 170 + 64 * place), line, font=small, fill=(27, 27, 27))
    target = io.BytesIO()
    page.save(target, "PNG")
    return target.getvalue()
