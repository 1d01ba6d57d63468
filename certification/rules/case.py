"""One person on one day, with what several rules ask for worked out once."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from certification.rules.facts import Certificate, Credential, Exam, PersonFacts, Result, Sitting
from certification.rules.pathway_evidence import Assessment, FailuresOfCs, assess
from certification.rules.tables import RuleTables
from certification.rules.trace import SEVERITY
from certification.rules.window import Pass, Window, window

STEPS = (Exam.STEP_1, Exam.STEP_2_CK)
EXAM_NAMES = {Exam.STEP_1: "Step 1", Exam.STEP_2_CK: "Step 2 CK", Exam.STEP_2_CS: "Step 2 CS"}


@dataclass
class Case:
    """The facts and tables that the rules judge on `as_of`."""

    facts: PersonFacts
    tables: RuleTables
    as_of: date

    @cached_property
    def sittings(self) -> list[Sitting]:
        """Return the attempts whose result is known."""
        return [sitting for sitting in self.facts.examinations if sitting.known_on <= self.as_of]

    @cached_property
    def passes(self) -> list[Pass]:
        """Return every pass with its exam date."""
        return [(sitting.exam, sitting.taken_on) for sitting in self.sittings if sitting.passed]

    def window_of(self, needed: tuple[Exam, ...]) -> Window:
        """Return the window for these examinations, with the exceptions granted by then (R-EXAM-4)."""
        granted = [
            one for one in self.facts.window_exceptions if one.granted_on is None or one.granted_on <= self.as_of
        ]
        extended = {one.exam: one.new_end_date for one in sorted(granted, key=lambda one: one.granted_on or date.min)}
        years = self.tables.number("window_years", self.as_of)
        return window(self.passes, needed, self.as_of, years=years, extended=extended)

    @cached_property
    def window_with_cs(self) -> Window:
        """Return the window when Step 2 CS is counted."""
        return self.window_of((*STEPS, Exam.STEP_2_CS))

    @cached_property
    def window_of_steps(self) -> Window:
        """Return the window when only Step 1 and Step 2 CK are counted."""
        return self.window_of(STEPS)

    @cached_property
    def has_valid_cs(self) -> bool:
        """Tell whether a pass of Step 2 CS still counts."""
        return Exam.STEP_2_CS in self.window_with_cs.counted

    @cached_property
    def failed_cs(self) -> bool:
        """Tell whether Step 2 CS was ever failed, with no valid pass to make up for it (R-CLIN-2)."""
        return self.ever_failed_cs and not self.has_valid_cs

    @cached_property
    def ever_failed_cs(self) -> bool:
        """Tell whether Step 2 CS was ever failed."""
        return any(one.exam is Exam.STEP_2_CS and one.result is Result.FAIL for one in self.sittings)

    @cached_property
    def failures_of_cs(self) -> FailuresOfCs:
        """Return what failing Step 2 CS means for Pathways."""
        return FailuresOfCs(ever=self.ever_failed_cs, without_valid_pass=self.failed_cs)

    @cached_property
    def pathway(self) -> Assessment | None:
        """Return the application for a Pathway that serves the person best, or None when none was submitted."""
        judged = [
            assess(application, self.facts, self.tables, self.as_of, self.failures_of_cs)
            for application in self.facts.pathway_applications
            if application.submitted(self.as_of)
        ]
        return max(judged, key=_standing, default=None)

    @cached_property
    def relies_on_cs(self) -> bool:
        """Tell whether Step 2 CS is what shows clinical skills: then it is a counted examination (R-EXAM-3).

        It is when all three fit into one window, and while the Steps alone do not and no Pathway was accepted either.
        """
        if self.window_with_cs.met:
            return True
        by_pathway = self.pathway is not None and self.pathway.counts
        return self.has_valid_cs and not by_pathway and not self.window_of_steps.met

    @cached_property
    def window(self) -> Window:
        """Return the window that counts for this person."""
        return self.window_with_cs if self.relies_on_cs else self.window_of_steps

    @cached_property
    def certificate(self) -> Certificate | None:
        """Return the certificate issued by then, revoked or not."""
        certificate = self.facts.certificate
        return certificate if certificate is not None and certificate.issued_on <= self.as_of else None

    @cached_property
    def revoked(self) -> bool:
        """Tell whether the certificate was revoked by then."""
        on = self.certificate.revoked_on if self.certificate is not None else None
        return on is not None and on <= self.as_of

    @cached_property
    def certified(self) -> bool:
        """Tell whether a certificate was issued and not revoked, expired or not."""
        return self.certificate is not None and not self.revoked

    @cached_property
    def graduated(self) -> bool:
        """Tell whether the person has graduated."""
        return self.facts.education is not None and self.facts.education.graduated(self.as_of)

    @cached_property
    def papers(self) -> dict[str, Credential]:
        """Return diploma and transcript as far as they are here, by their name in reasons."""
        both = {"diploma": self.facts.diploma, "transcript": self.facts.transcript}
        return {
            name: one
            for name, one in both.items()
            if one is not None and (one.submitted_on is None or one.submitted_on <= self.as_of)
        }


def _standing(one: Assessment) -> tuple[bool, bool, int, date, int]:
    return (one.counts, one.served, SEVERITY.index(one.worst), one.through, one.application.season)
