"""Section 3: Step 1 and Step 2 CK, the seven-year window, attempts and registration."""

from collections import Counter
from datetime import date

from certification.rules.case import EXAM_NAMES, Case
from certification.rules.facts import Exam
from certification.rules.registry import rule
from certification.rules.tables import AttemptLimit, AttemptScope
from certification.rules.trace import Bearing, Finding, Turn, expired, met, not_met, not_needed, pending
from certification.rules.words import counted, day_in_words, listed

PASSED = "Passed"
NO_ATTEMPT_RULE = "This limit is not in effect on that day."


@rule("R-EXAM-1", "Step 1")
def step_1(case: Case) -> Finding:
    """R-EXAM-1: a pass of Step 1 that still counts."""
    return _passed(case, Exam.STEP_1)


@rule("R-EXAM-2", "Step 2 CK")
def step_2_ck(case: Case) -> Finding:
    """R-EXAM-2: a pass of Step 2 CK that still counts."""
    return _passed(case, Exam.STEP_2_CK)


def _passed(case: Case, exam: Exam) -> Finding:
    window, name = case.window, EXAM_NAMES[exam]
    if exam in window.counted:
        day = window.counted[exam]
        return met(f"Passed on {day_in_words(day)}.", taken_on=day).shown(PASSED, day)
    gone = [day for dropped, day in window.dropped if dropped is exam]
    by = window.complete_by
    if gone:
        words = f"Your pass of {name} on {day_in_words(gone[-1])} no longer counts. Pass {name} again{_by(by)}."
        return expired(words, complete_by=by, taken_on=gone[-1]).shown(PASSED, gone[-1])
    return not_met(f"Pass {name}{_by(by)}.", complete_by=by).using({exam.value: "no pass"})


def _by(day: date | None) -> str:
    return f" by {day_in_words(day)}" if day else ""


@rule("R-EXAM-3", "Examinations within seven years")
def within_the_window(case: Case) -> Finding:
    """R-EXAM-3: all counted examinations were passed within the window, exam date to exam date, inclusive."""
    window = case.window
    used = {f"{exam.value}": day for exam, day in window.counted.items()}
    if window.met and window.opens_on and window.complete_by:
        span = f"{day_in_words(window.opens_on)} to {day_in_words(window.complete_by)}"
        return met(f"All examinations were passed within seven years, {span}.").using(used)
    missing = listed([EXAM_NAMES[exam] for exam in window.missing])
    lost = "".join(f" {EXAM_NAMES[exam]} of {day_in_words(day)} no longer counts." for exam, day in window.dropped)
    used |= {f"no longer counts: {exam.value}": day for exam, day in window.dropped}
    if window.complete_by is None:
        return not_met(f"Pass {missing} within seven years of each other.{lost}").using(used)
    reason = f"Missing: {missing}. Pass by {day_in_words(window.complete_by)}.{lost}"
    return not_met(reason, complete_by=window.complete_by).using(used)


@rule("R-EXAM-4", "Longer time limit", Bearing.INFORMATION)
def exception_granted(case: Case) -> Finding:
    """R-EXAM-4: staff may grant a later end; without a grant the window stands."""
    granted = [one for one in case.facts.window_exceptions if one.granted_on is None or one.granted_on <= case.as_of]
    if not granted:
        return not_needed("No longer time limit was granted.")
    words = [f"{EXAM_NAMES[one.exam]} until {day_in_words(one.new_end_date)}" for one in granted]
    return met(f"A longer time limit was granted: {listed(words)}.", window_exceptions=words)


def _attempts(case: Case) -> dict[Exam, int]:
    """Return the attempts at each Step that was never passed, incomplete ones included."""
    passed = {exam for exam, _ in case.passes}
    return dict(Counter(sitting.exam for sitting in case.sittings if sitting.exam not in passed))


def _judge_attempts(case: Case, rule_id: str) -> Finding:
    limits = [limit for limit in case.tables.attempt_limits_of(rule_id, case.as_of) if _concerns(limit, case)]
    if not limits:
        return not_needed(NO_ATTEMPT_RULE)
    limit, attempts = limits[0], _attempts(case)
    used = {exam.value: counted(number, "attempt") for exam, number in attempts.items()}
    over = [exam for exam, number in attempts.items() if number >= limit.attempts]
    if not over:
        return met(f"You may register: fewer than {limit.attempts} attempts without a pass.").using(used)
    steps = listed([EXAM_NAMES[exam] for exam in over])
    what = "any Step" if limit.scope is AttemptScope.ANY_STEP else steps
    reason = f"{limit.attempts} or more attempts at {steps} without a pass: you cannot register for {what}."
    return not_met(reason, Turn.NOBODY).using(used)


def _concerns(limit: AttemptLimit, case: Case) -> bool:
    first = min((sitting.taken_on for sitting in case.sittings), default=None)
    return not limit.newcomers_only or first is None or first >= limit.effective_from


@rule("R-EXAM-5", "Attempt limit", Bearing.REGISTRATION, registration=True)
def attempt_limit(case: Case) -> Finding:
    """R-EXAM-5: attempts at any one Step without a pass end registration for every Step; passes stay."""
    return _judge_attempts(case, "R-EXAM-5")


@rule("R-EXAM-5h", "Earlier attempt limit", Bearing.REGISTRATION, registration=True)
def earlier_attempt_limit(case: Case) -> Finding:
    """R-EXAM-5h: the limit until June 2021, counted for the Step concerned only."""
    return _judge_attempts(case, "R-EXAM-5h")


@rule("R-EXAM-6", "Taking a passed Step again", Bearing.REGISTRATION)
def retake(case: Case) -> Finding:
    """R-EXAM-6: a passed Step may be taken again only after its pass stopped counting."""
    again = [EXAM_NAMES[exam] for exam, _ in case.window.dropped if exam not in case.window.counted]
    if again:
        return met(f"You may take {listed(list(dict.fromkeys(again)))} again, because the time limit has run out.")
    return not_needed("A Step that you passed cannot be taken again while the pass counts.")


@rule("R-EXAM-7", "Registering as a graduate", Bearing.REGISTRATION)
def graduate_registers(case: Case) -> Finding:
    """R-EXAM-7: graduates need credit years, their status confirmed, and the diploma or a letter of completion."""
    education = case.facts.education
    if education is None or not case.graduated:
        return not_needed("This concerns graduates.")
    if all(_done(case)):
        return not_needed("You have passed what you would register for.")
    diploma = case.facts.diploma
    if diploma is None and not education.completion_letter:
        return pending("Upload your diploma, or a letter of your school while it is not issued.", Turn.APPLICANT)
    if not education.status_confirmed and (diploma is None or not diploma.verified(case.as_of)):
        return pending("Your school must confirm that you graduated.", Turn.SCHOOL)
    return met("Your school confirmed your graduation.")


def _done(case: Case) -> list[bool]:
    return [exam in case.window.counted for exam in (Exam.STEP_1, Exam.STEP_2_CK)]


@rule("R-EXAM-8", "Registering as a student", Bearing.REGISTRATION)
def student_registers(case: Case) -> Finding:
    """R-EXAM-8: students need two years of medical school and their status confirmed."""
    education = case.facts.education
    if education is None or not education.student:
        return not_needed("This concerns students.")
    if all(_done(case)):
        return not_needed("You have passed what you would register for.")
    years = case.tables.number("student_years", case.as_of)
    if education.years_completed < years:
        reason = f"You need {counted(years, 'completed year')} of medical school before you register."
        return pending(reason, Turn.APPLICANT, years_completed=education.years_completed)
    if not education.status_confirmed:
        return pending("Your school must confirm that you are enrolled.", Turn.SCHOOL)
    return met("Your school confirmed that you are enrolled.", years_completed=education.years_completed)


@rule("R-EXAM-11", "Step 2 CS", Bearing.INFORMATION)
def step_2_cs(case: Case) -> Finding:
    """R-EXAM-11: no longer given; a pass that counts still shows clinical and communication skills."""
    if case.relies_on_cs:
        day = case.window_with_cs.counted[Exam.STEP_2_CS]
        return met(f"Your pass of {day_in_words(day)} counts for clinical and communication skills.", taken_on=day)
    return not_needed("No pass of Step 2 CS counts for you. It is no longer given.")
