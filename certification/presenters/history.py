"""What happened for one requirement, day by day: what the audit log tells the person, and what the record alone knows."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import CharField
from django.db.models.functions import Cast

from applicants.models import Applicant
from certification.models import Credential
from certification.rules import facts as rule_facts
from certification.rules.case import EXAM_NAMES
from certification.rules.facts import PersonFacts, Result
from certification.states import CredentialKind
from portal.audit_history import told_to_the_person
from portal.audit_words import TOLD_TO_THE_PERSON
from portal.eastern import eastern_date
from portal.models import AuditEvent

RESULTS = {Result.PASS: "passed", Result.FAIL: "not passed", Result.INCOMPLETE: "not finished"}
Line = tuple[date, str]


# Requirement → how the events about it begin. Their words take the place of what the record alone would say.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "identity": ("applicants.identity_", "applicants.name_"),
    "apply": ("certification.application_",),
    "skills": ("certification.pathway_", "certification.evaluator_", "certification.license_"),
    "certificate": ("certification.certificate_",),
}
# Requirement → of which credentials the events are.
OF_CREDENTIALS: Mapping[str, CredentialKind] = {
    "education": CredentialKind.TRANSFER_TRANSCRIPT,
    "diploma": CredentialKind.DIPLOMA,
    "transcript": CredentialKind.TRANSCRIPT,
}
# What the record says besides its events: they have no event, or are of another day than it.
ALSO_ON_RECORD = ("education", "skills")
MOST_LINES = 50


def events_of(slug: str, applicant: Applicant) -> tuple[Line, ...]:
    """Return what the audit log tells the person of a requirement, newest first; at most one query."""
    events = AuditEvent.objects.filter(person=applicant.pk)
    if slug in OF_CREDENTIALS:
        mine = Credential.objects.filter(applicant=applicant, kind=OF_CREDENTIALS[slug])
        keys = mine.annotate(text=Cast("pk", CharField())).values("text")
        begins: tuple[str, ...] = ("certification.credential_",)
        events = events.filter(subject_type=Credential._meta.label_lower, subject_id__in=keys)
    elif slug in EVENTS:
        begins = EVENTS[slug]
    else:
        return ()
    found = told_to_the_person(events, begins=begins).order_by("-pk")[:MOST_LINES]
    return tuple((eastern_date(event.at), TOLD_TO_THE_PERSON[event.event]) for event in found)


def history_of(slug: str, facts: PersonFacts, as_of: date, events: Sequence[Line] = ()) -> tuple[Line, ...]:
    """Return the days of a requirement with what happened, newest first; what is dated later is left out.

    `events` are those of `events_of`; where there are none, the days of the record speak.
    """
    lines = [] if events and slug not in ALSO_ON_RECORD else _on_record(slug, facts)
    known = [line for line in (*events, *lines) if line[0] <= as_of]
    return tuple(sorted(known, key=lambda line: line[0], reverse=True))


def _on_record(slug: str, facts: PersonFacts) -> list[Line]:
    return {
        "identity": _identity,
        "apply": _application,
        "school": _school,
        "education": _school,
        "examinations": _examinations,
        "skills": _skills,
        "diploma": lambda known: _paper(known.diploma),
        "transcript": lambda known: _paper(known.transcript),
        "holds": _holds,
        "certificate": _certificate,
    }[slug](facts)


def _dated(*lines: tuple[date | None, str]) -> list[Line]:
    return [(on, words) for on, words in lines if on is not None]


def _identity(facts: PersonFacts) -> list[Line]:
    known = facts.identity
    return _dated((known.checked_on, "Identity verified"), (known.name_changed_on, "Name changed")) if known else []


def _application(facts: PersonFacts) -> list[Line]:
    known = facts.application
    if known is None:
        return []
    return _dated((known.submitted_on, "Application submitted"), (known.accepted_on, "Application accepted"))


def _school(facts: PersonFacts) -> list[Line]:
    known = facts.education
    if known is None:
        return []
    return _dated((known.graduation_date, "Graduated"), (known.degree_date, "Date on the diploma"))


def _examinations(facts: PersonFacts) -> list[Line]:
    return [(one.taken_on, f"{EXAM_NAMES[one.exam]}, {RESULTS[one.result]}") for one in facts.examinations]


def _skills(facts: PersonFacts) -> list[Line]:
    lines = [(one.taken_on, "OET Medicine taken") for one in facts.oet_sittings]
    for one in facts.pathway_applications:
        name = f"Pathway {one.pathway}, season {one.season}"
        lines += _dated((one.submitted_on, f"{name}: applied"), (one.accepted_on, f"{name}: accepted"))
    return lines


def _paper(paper: rule_facts.Credential | None) -> list[Line]:
    if paper is None:
        return []
    return _dated(
        (paper.submitted_on, "We received it"),
        (paper.sent_to_school_on, "Sent to your school"),
        (paper.reply.received_on if paper.reply else None, "Your school answered"),
        (paper.verified_on, "Verified"),
    )


def _holds(facts: PersonFacts) -> list[Line]:
    lines = [(one.placed_on, "Hold placed") for one in facts.holds]
    return lines + [(one.lifted_on, "Hold ended") for one in facts.holds if one.lifted_on is not None]


def _certificate(facts: PersonFacts) -> list[Line]:
    known = facts.certificate
    if known is None:
        return []
    return _dated(
        (known.issued_on, "Certificate issued"),
        (known.made_permanent_on, "Made valid indefinitely"),
        (known.revoked_on, "Revoked"),
    )
