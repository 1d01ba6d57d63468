"""A draft: which Pathway is open, the license, the school, each topic saved as it is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from applicants.models import Applicant
from applicants.services import identity
from certification.models import License, MedicalEducation, PathwayApplication, SchoolBasis
from certification.rules.facts import PersonFacts
from certification.rules.pathway_choice import Choice, choose
from certification.services.pathways import records, seasons
from certification.services.pathways.errors import PathwayError, SeasonClosedError
from certification.services.pathways.seasons import Season
from certification.services.person import person_facts
from certification.services.typed import Typed, with_page, without
from certification.states import Confirmation, Pathway, PathwayState
from portal import audit
from portal.eastern import eastern_date
from portal.uploads import services as uploads

PURPOSE = "license"
# Pages whose answers are kept while they are typed.
LICENSE, SCHOOL = "license", "school"
NOT_YET = "R-PW-0"
NO_COPY = "Select a copy of your license"


@dataclass(frozen=True)
class LicenseAnswers:
    """What a person enters about a license; `kind` is a value of LicenseKind, the country an ISO 3166 code."""

    authority: str
    country: str
    number: str
    kind: str
    unsupervised: bool
    met_all_requirements: bool
    disciplined: bool
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class SchoolAnswers:
    """By which of Pathways 2 to 5 the school qualifies, and what shows it; `claim` None is none of them."""

    claim: int | None
    graduation_on: date | None = None
    agency: str = ""
    partner_school: str = ""
    examination_name: str = ""
    examination_passed_on: date | None = None


def choice_for(application: PathwayApplication | None, facts: PersonFacts, season: Season, *, at: datetime) -> Choice:
    """Return which Pathway is open to a person with the answers of their draft, if there is one.

    What would stop them also after they registered for a Step is said first: nobody registers in vain (R-PW-0).
    """
    school = getattr(application, "school_basis", None)
    claim = school.claim if school else None
    found = choose(facts, season.tables, season.row, eastern_date(at), claim=claim)
    if found.rule != NOT_YET:
        return found
    later = choose(_registered(facts, eastern_date(at)), season.tables, season.row, eastern_date(at), claim=claim)
    return later if later.pathway is None else found


def asks_registration(facts: PersonFacts, season: Season, *, at: datetime) -> bool:
    """Tell whether nothing but the word that they registered for a Step keeps a person from applying (R-PW-0)."""
    if choice_for(None, facts, season, at=at).rule != NOT_YET:
        return False
    registered = _registered(facts, eastern_date(at))
    return choice_for(None, registered, season, at=at).pathway is not None


def _registered(facts: PersonFacts, on: date) -> PersonFacts:
    return replace(facts, first_registered_on=on)


@transaction.atomic
def start(
    *, applicant: Applicant, holds_license: bool, registered_on: date | None = None, at: datetime, actor: str
) -> PathwayApplication:
    """Begin an application in the season that is open; `holds_license` leads to the page about the license.

    `registered_on` is the day on which the person says that they first registered for a Step, for somebody of whom no
    result is known; staff check it (R-PW-0).

    Raises `PathwayError` when another one is under way, no season is open, or no Pathway is open to the person.
    """
    locked = Applicant.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=applicant.pk)
    identity.require_checked(locked)
    if records.open_application(locked) is not None:
        raise PathwayError("You have an application under way. Finish or discard it first")
    season = _open_season(at)
    facts = person_facts(locked, eastern_date(at))
    if not asks_registration(facts, season, at=at):
        registered_on = None
    elif registered_on is not None:
        facts = _registered(facts, registered_on)
    choice = choice_for(None, facts, season, at=at)
    if choice.pathway is None:
        raise PathwayError(choice.reason.rstrip("."))
    application = PathwayApplication.objects.create(
        applicant=locked,
        pathway=Pathway.LICENSED if holds_license else choice.pathway,
        season=season.number,
        holds_license=holds_license,
        registered_on=registered_on,
        is_revalidation=choice.is_revalidation,
        created_at=at,
        changed_at=at,
    )
    audit.record("certification.pathway_begun", actor=actor, subject=application, at=at, season=season.number)
    return application


def _open_season(at: datetime) -> Season:
    season = seasons.open_season(at)
    if season is None:
        raise SeasonClosedError("No season is open now")
    return season


def lock_draft(key: int, *, at: datetime) -> PathwayApplication:
    """Return a draft whose season is open, locked. Raises `PathwayError`."""
    application = records.lock(key)
    if application.state != PathwayState.DRAFT:
        raise PathwayError("You have sent this application. It cannot be changed any more")
    if not seasons.season_of(application.season).is_open(at):
        raise SeasonClosedError(f"Season {application.season} has closed. Nothing can be sent for it any more")
    return application


@transaction.atomic
def keep_typed(*, key: int, page: str, typed: Typed, at: datetime) -> None:
    """Keep what stands on a page as it was typed, until it is saved; it is no answer yet. Raises `PathwayError`."""
    application = lock_draft(key, at=at)
    _set_typed(application, with_page(application.typed_pages, page, typed))
    application.changed_at = at
    application.save(update_fields=["typed", "changed_at"])


@transaction.atomic
def discard_typed(*, key: int, page: str, at: datetime) -> None:
    """Forget what was typed on a page and not saved. Raises `PathwayError`."""
    application = lock_draft(key, at=at)
    _set_typed(application, without(application.typed_pages, page))
    application.save(update_fields=["typed"])


def _set_typed(application: PathwayApplication, pages: Mapping[str, object]) -> None:
    application.typed = json.dumps(pages) if pages else ""


@transaction.atomic
def save_holding(*, key: int, holds_license: bool, at: datetime) -> PathwayApplication:
    """Keep whether the person has a license at all; without one, what was said of it goes. Raises `PathwayError`."""
    application = lock_draft(key, at=at)
    application.holds_license = holds_license
    if not holds_license:
        License.objects.filter(application=application).delete()
        _set_typed(application, without(application.typed_pages, LICENSE))
    return _kept(application, at=at)


@transaction.atomic
def save_registration(*, key: int, registered_on: date, at: datetime) -> PathwayApplication:
    """Correct the day on which the person says that they first registered for a Step (R-PW-0). Raises `PathwayError`."""
    application = lock_draft(key, at=at)
    if application.registered_on is None:
        raise PathwayError("This application does not ask when you registered for a Step")
    application.registered_on = registered_on
    return _kept(application, at=at)


def has_copy(license_: License | None) -> bool:
    """Tell whether a copy of the license is here that was not refused."""
    return license_ is not None and license_.upload is not None and not license_.upload.refusal


@transaction.atomic
def save_license(
    *, key: int, answers: LicenseAnswers, file: "UploadedFile[bytes] | None", at: datetime, actor: str
) -> PathwayApplication:
    """Keep what a person says of their license, with a copy of it; without `file` the copy sent before stays.

    Raises `PathwayError`, or what `uploads.receive` raises for a file that is refused at once; nothing is written then.
    """
    application = lock_draft(key, at=at)
    before = getattr(application, "license", None)
    if file is None and not has_copy(before):
        raise PathwayError(NO_COPY, field="file")
    if answers.valid_until and answers.valid_until < answers.valid_from:
        raise PathwayError("The last day lies before the first. Correct one of them", field="valid_until")
    upload = before.upload if before else None
    if file is not None:
        upload = uploads.receive(file=file, purpose=PURPOSE, owner=application.applicant.user, at=at, actor=actor)
    values = {**vars(answers), "upload": upload, "confirmation": Confirmation.WAITING}
    application.license, _ = License.objects.update_or_create(application=application, defaults=values)
    application.holds_license = True
    _set_typed(application, without(application.typed_pages, LICENSE))
    return _kept(application, at=at)


@transaction.atomic
def save_school(*, key: int, answers: SchoolAnswers, at: datetime) -> PathwayApplication:
    """Keep how the school of the record qualifies. Raises `PathwayError` when no school is on record."""
    application = lock_draft(key, at=at)
    education = MedicalEducation.objects.filter(applicant_id=application.applicant_id).first()
    if education is None:
        raise PathwayError("We do not know your medical school yet. Send your Application for Certification first")
    graduation_on = education.graduation_on or answers.graduation_on
    if graduation_on is None and answers.claim:
        raise PathwayError("Enter the day on which you will graduate", field="graduation_on")
    defaults = {**vars(answers), "school_id": education.school_id, "graduation_on": graduation_on}
    application.school_basis, _ = SchoolBasis.objects.update_or_create(application=application, defaults=defaults)
    _set_typed(application, without(application.typed_pages, SCHOOL))
    return _kept(application, at=at)


def _kept(application: PathwayApplication, *, at: datetime) -> PathwayApplication:
    """Let the answers decide which Pathway the draft is for, and keep it."""
    season = seasons.season_of(application.season)
    facts = person_facts(application.applicant, eastern_date(at))
    choice = choice_for(application, facts, season, at=at)
    if choice.pathway is not None:
        application.pathway = choice.pathway
    application.changed_at = at
    application.save()
    return application


@transaction.atomic
def discard(*, key: int, at: datetime, actor: str) -> None:
    """Delete a draft with everything in it; files that were sent stay with the person's uploads. Raises `PathwayError`."""
    application = records.lock(key)
    if application.state != PathwayState.DRAFT or application.paid_at:
        raise PathwayError("Only a draft that is not paid can be discarded")
    audit.record("certification.pathway_discarded", actor=actor, subject=application, at=at)
    application.delete()
