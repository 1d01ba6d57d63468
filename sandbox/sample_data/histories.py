"""What may have happened to a physician: one function for each state that a report can show.

Days are counted from the graduation, and never lie before the examinations of today began.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from certification.rules.credentials import DIPLOMA, TRANSCRIPT, TRANSFER_TRANSCRIPT, CredentialRecord
from certification.rules.facts import Certificate, Exam, Result, Sitting

_FIRST_DAY = date(2006, 1, 9)
_REPORTED_AFTER = timedelta(days=28)


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
class Acceptance:
    """An accepted Pathway with the day of its OET Medicine."""

    pathway: int
    season: int
    accepted_on: date
    oet_on: date
    valid_through: date


@dataclass(frozen=True)
class History:
    """The record that comes out; `annotation` is (text, explanation, day)."""

    sittings: tuple[Sitting, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    credentials: tuple[CredentialRecord, ...] = ()
    certificate: Certificate | None = None
    annotations: tuple[tuple[str, str, date], ...] = field(default=())


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


def step_1_only(person: Graduate) -> History:
    """Step 1 passed, Step 2 CK failed."""
    failed = _sitting(Exam.STEP_2_CK, person.day(9), passed=False)
    return History(sittings=(_sitting(Exam.STEP_1, person.day(3)), failed), credentials=_verified(person))


def not_certified(person: Graduate) -> History:
    """Both Steps passed, diploma verified, transcript on its way, no Pathway."""
    diploma, _ = _verified(person)
    transcript = _credential(person, TRANSCRIPT, (2, "Not received"), (5, "In progress"))
    return History(sittings=_examinations(person), credentials=(diploma, transcript))


def in_progress(person: Graduate) -> History:
    """The school has not answered yet."""
    diploma = _credential(person, DIPLOMA, (2, "Not received"), (4, "In progress"))
    transcript = _credential(person, TRANSCRIPT, (2, "Not received"))
    return History(sittings=_examinations(person), credentials=(diploma, transcript))


def refused(person: Graduate) -> History:
    """The school could not confirm the diploma."""
    diploma = _credential(person, DIPLOMA, (2, "In progress"), (8, "Refused"))
    _, transcript = _verified(person)
    return History(sittings=_examinations(person), credentials=(diploma, transcript))


def failed_once(person: Graduate) -> History:
    """Step 2 CK failed, then passed: a report names the pass alone (R-CVS-2)."""
    failed = _sitting(Exam.STEP_2_CK, person.day(6), passed=False)
    return History(sittings=(*_examinations(person), failed), credentials=_verified(person))


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


def revoked_pathway(person: Graduate) -> History:
    """A certificate by Pathway, past its end when it was revoked."""
    return _revoke(pathway(person), date(2025, 3, 3))


HISTORIES: Mapping[str, Callable[[Graduate], History]] = {
    history.__name__: history
    for history in (
        nothing,
        student,
        step_1_only,
        not_certified,
        in_progress,
        refused,
        failed_once,
        step_2_cs,
        transfer,
        pathway,
        permanent,
        annotated,
        revoked,
        revoked_pathway,
    )
}
