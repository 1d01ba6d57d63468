"""What happened for one requirement, day by day, as the record has it."""

from datetime import date

from certification.rules.case import EXAM_NAMES
from certification.rules.facts import Credential, PersonFacts, Result

RESULTS = {Result.PASS: "passed", Result.FAIL: "not passed", Result.INCOMPLETE: "not finished"}
Line = tuple[date, str]


def history_of(slug: str, facts: PersonFacts, as_of: date) -> tuple[Line, ...]:
    """Return the days of a requirement with what happened, newest first; what is dated later is left out."""
    lines = {
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
    return tuple(sorted((line for line in lines if line[0] <= as_of), reverse=True))


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


def _paper(paper: Credential | None) -> list[Line]:
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
