"""What may have happened to a physician before the portal: one function for each state that a report can show.

What happened in the portal itself is in `journeys`, under the same names; its results of examinations are here. Days are counted from the graduation, and never lie before the examinations of today began.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from certification.rules.credentials import DIPLOMA, TRANSCRIPT, TRANSFER_TRANSCRIPT, CredentialRecord
from certification.rules.facts import Certificate, Exam, Result, Sitting
from certification.services.carrying_over import Acceptance

_FIRST_DAY = date(2006, 1, 9)
_REPORTED_AFTER = timedelta(days=28)
# Enough for seasons 2026 and 2027.
_RECENT_OET = date(2025, 10, 12)


@dataclass(frozen=True)
class Graduate:
    """Who a history is written for; `pathway` and `season` are 0 where none is meant."""

    number: str
    school: str
    graduation_on: date | None
    pathway: int
    season: int

    def day(self, months: int) -> date:
        """Return a day `months` (of thirty days) after the graduation, or after the first day of the examinations."""
        return max(self.graduation_on or _FIRST_DAY, _FIRST_DAY) + timedelta(days=30 * months)


@dataclass(frozen=True)
class History:
    """The record that comes out; `annotation` is (text, explanation, day), `oet` are days of OET Medicine in its own right.

    Acceptances, credentials and certificate are those of before the portal, and empty for whoever began in it.
    """

    sittings: tuple[Sitting, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    credentials: tuple[CredentialRecord, ...] = ()
    certificate: Certificate | None = None
    annotations: tuple[tuple[str, str, date], ...] = field(default=())
    oet: tuple[date, ...] = ()


def _sitting(exam: Exam, taken_on: date, *, passed: bool = True) -> Sitting:
    result = Result.PASS if passed else Result.FAIL
    return Sitting(exam=exam, taken_on=taken_on, reported_on=taken_on + _REPORTED_AFTER, result=result)


def _examinations(person: Graduate) -> tuple[Sitting, ...]:
    return _sitting(Exam.STEP_1, person.day(3)), _sitting(Exam.STEP_2_CK, person.day(9))


def _credential(person: Graduate, kind: str, *statuses: tuple[int, str]) -> CredentialRecord:
    return CredentialRecord(kind, person.school, tuple((person.day(months), label) for months, label in statuses))


def _verified(person: Graduate) -> tuple[CredentialRecord, ...]:
    steps = (2, "In progress"), (6, "Verified")
    return _credential(person, DIPLOMA, *steps), _credential(person, TRANSCRIPT, *steps)


def _certificate(person: Graduate, issued_on: date, valid_through: date | None = None) -> Certificate:
    return Certificate(number=f"C-{person.number[2:]}", issued_on=issued_on, valid_through=valid_through)


def nothing(person: Graduate) -> History:
    """An account and a degree, no more."""
    return History()


def student(person: Graduate) -> History:
    """Step 1 passed, still at medical school: no diploma can be verified (R-CERT-2)."""
    return History(sittings=(_sitting(Exam.STEP_1, date(2026, 3, 10)),))


def application_waiting(person: Graduate) -> History:
    """Nothing but the application."""
    return History()


def application_returned(person: Graduate) -> History:
    """Nothing but the application, and Step 1."""
    return History(sittings=(_sitting(Exam.STEP_1, person.day(3)),))


def awaiting_authority(person: Graduate) -> History:
    """Step 1 passed, Step 2 CK failed."""
    failed = _sitting(Exam.STEP_2_CK, person.day(9), passed=False)
    return History(sittings=(_sitting(Exam.STEP_1, person.day(3)), failed))


def transcript_at_school(person: Graduate) -> History:
    """Both Steps passed, no Pathway; so with everybody whose documents are under way."""
    return History(sittings=_examinations(person))


def pathway_in_review(person: Graduate) -> History:
    """Both Steps and OET Medicine passed."""
    return History(sittings=_examinations(person), oet=(_RECENT_OET,))


def waits_for_certificate(person: Graduate) -> History:
    """Step 2 CK failed, then passed: a report names the pass alone (R-CVS-2)."""
    failed = _sitting(Exam.STEP_2_CK, person.day(6), passed=False)
    return History(sittings=(*_examinations(person), failed), oet=(_RECENT_OET,))


def certified_here(person: Graduate) -> History:
    """Both Steps and OET Medicine passed in time for season 2026."""
    return History(sittings=_examinations(person), oet=(date(2025, 9, 14),))


def step_2_cs(person: Graduate) -> History:
    """Certified with Step 2 CS: for life (R-CERT-4)."""
    sittings = (*_examinations(person), _sitting(Exam.STEP_2_CS, person.day(14)))
    certificate = _certificate(person, person.day(18))
    return History(sittings=sittings, credentials=_verified(person), certificate=certificate)


def transfer(person: Graduate) -> History:
    """Certified, with credits transferred from another school whose transcript was verified too (R-PSV-3)."""
    certified = step_2_cs(person)
    transcript = CredentialRecord(
        TRANSFER_TRANSCRIPT, "Example Institute of Medical Sciences", ((person.day(4), "Verified"),)
    )
    return replace(certified, credentials=(*certified.credentials, transcript))


def pathway(person: Graduate) -> History:
    """Certified by Pathway: valid through the year after the season (R-PW-VALID)."""
    valid_through = date(person.season + 1, 12, 31)
    accepted_on = date(person.season, 1, 20)
    acceptance = Acceptance(person.pathway, person.season, accepted_on, date(person.season - 1, 9, 14), valid_through)
    return History(
        sittings=_examinations(person),
        acceptances=(acceptance,),
        credentials=_verified(person),
        certificate=_certificate(person, max(accepted_on, person.day(11)) + timedelta(days=30), valid_through),
    )


def _issued(history: History) -> Certificate:
    if history.certificate is None:
        raise ValueError("This history has no certificate.")
    return history.certificate


def _revoke(history: History, revoked_on: date) -> History:
    return replace(history, certificate=replace(_issued(history), revoked_on=revoked_on))


def permanent(person: Graduate) -> History:
    """Certified by Pathway and made permanent after a year of training (R-CERT-5)."""
    certified = pathway(person)
    certificate = replace(_issued(certified), made_permanent_on=date(person.season + 1, 7, 15))
    return replace(certified, certificate=certificate)


def annotated(person: Graduate) -> History:
    """Certified, with a finding that travels with every report (R-IRR-4)."""
    explanation = "The committee found that a letter of recommendation had been altered. Its decision is final."
    finding = ("A finding of irregular behavior is on record.", explanation, date(2024, 11, 1))
    return replace(step_2_cs(person), annotations=(finding,))


def revoked(person: Graduate) -> History:
    """Certificate revoked by the committee (R-CERT-10)."""
    return _revoke(annotated(person), date(2024, 12, 2))


def asks_for_permanent(person: Graduate) -> History:
    """Certified by Pathway before the portal."""
    return pathway(person)


def revoked_here(person: Graduate) -> History:
    """Certified by Pathway before the portal, and past the end of it."""
    return pathway(person)


HISTORIES: Mapping[str, Callable[[Graduate], History]] = {
    "nothing": nothing,
    "student": student,
    "application_waiting": application_waiting,
    "application_returned": application_returned,
    "transcript_at_school": transcript_at_school,
    "under_suspicion": transcript_at_school,
    "school_silent": transcript_at_school,
    "answer_arrived": transcript_at_school,
    "refused": transcript_at_school,
    "awaiting_authority": awaiting_authority,
    "pathway_in_review": pathway_in_review,
    "waits_for_certificate": waits_for_certificate,
    "certified_here": certified_here,
    "step_2_cs": step_2_cs,
    "transfer": transfer,
    "pathway": pathway,
    "permanent": permanent,
    "annotated": annotated,
    "revoked": revoked,
    "asks_for_permanent": asks_for_permanent,
    "revoked_here": revoked_here,
}
