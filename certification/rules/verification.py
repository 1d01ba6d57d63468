"""Section 5: primary-source verification with the school."""

from dataclasses import replace
from datetime import date, timedelta

from certification.rules.case import Case
from certification.rules.credentials import DIPLOMA, TRANSCRIPT
from certification.rules.facts import Credential, CredentialState, ReplySource
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Turn, manual_review, met, not_met, not_needed, pending
from certification.rules.words import counted, day_in_words

# State of a credential → whose turn it is, and the words for the applicant; `{0}` is diploma or transcript.
WAITS = {
    CredentialState.DRAFT: (Turn.APPLICANT, "Finish the upload of your {0}."),
    CredentialState.SUBMITTED: (Turn.STAFF, "We received your {0} and will review it."),
    CredentialState.IN_REVIEW: (Turn.STAFF, "We are reviewing your {0}."),
    CredentialState.RETURNED_TO_APPLICANT: (Turn.APPLICANT, "We returned your {0}. Upload it again."),
    CredentialState.ACCEPTED_FOR_VERIFICATION: (Turn.STAFF, "We will send your {0} to your school."),
    CredentialState.SENT_TO_SCHOOL: (Turn.SCHOOL, "We sent your {0} to your school."),
    CredentialState.REMINDED: (Turn.SCHOOL, "We sent your {0} to your school and reminded it."),
    CredentialState.REPLY_RECEIVED: (Turn.STAFF, "Your school answered about your {0}. We are checking the answer."),
    CredentialState.REQUERIED: (Turn.SCHOOL, "We asked your school again about your {0}."),
    CredentialState.VERIFIED: (Turn.STAFF, "We are checking the answer about your {0}."),
}
AT_SCHOOL = (CredentialState.SENT_TO_SCHOOL, CredentialState.REMINDED, CredentialState.REQUERIED)
NAMES = {"diploma": "diploma", "transcript": "final transcript"}


def _judge(case: Case, which: str) -> Finding:
    paper, name = case.papers.get(which), NAMES[which]
    if paper is None:
        return _not_here(case, which)
    if paper.verified(case.as_of):
        on = f" on {day_in_words(paper.verified_on)}" if paper.verified_on else ""
        return met(f"Verified with your school{on}.", state=paper.state, verified_on=paper.verified_on)
    if paper.state is CredentialState.REFUSED:
        return not_met(f"Your school could not verify your {name}.", Turn.STAFF, state=paper.state)
    if paper.state is CredentialState.SUSPECTED_FRAUD:
        # A suspicion is no finding, and the person reads this one. What keeps the certificate back is the case.
        paper = replace(paper, state=CredentialState.IN_REVIEW)
    return _waits(paper, name)


def _waits(paper: Credential, name: str) -> Finding:
    turn, words = WAITS[paper.state]
    since = paper.sent_to_school_on if paper.state in AT_SCHOOL else paper.state_since
    reason = words.format(name)
    if paper.state is CredentialState.VERIFIED and not paper.reply_counts:
        turn, reason = Turn.SCHOOL, f"Your school must answer us directly about your {name}."
    if paper.state in AT_SCHOOL and paper.sent_to_school_on is not None:
        reason = f"{reason[:-1]} on {day_in_words(paper.sent_to_school_on)}. Most schools answer within 90 days."
    told = paper.returned_reason if paper.state is CredentialState.RETURNED_TO_APPLICANT else ""
    return pending(told or reason, turn, since=since or paper.state_since, state=paper.state)


def _not_here(case: Case, which: str) -> Finding:
    education = case.facts.education
    if education is not None and education.student:
        return pending(f"Your {NAMES[which]} can be verified after you graduate.", Turn.NOBODY, student=True)
    diploma = case.papers.get("diploma")
    if which == "transcript" and diploma is not None and diploma.state in AT_SCHOOL:
        reason = "We asked your school for your final transcript together with your diploma."
        return pending(reason, Turn.SCHOOL, since=diploma.sent_to_school_on)
    return pending(f"Upload your {NAMES[which]}.", Turn.APPLICANT).using({which: "not received"})


@rule("R-PSV-1", DIPLOMA)
def diploma_verified(case: Case) -> Finding:
    """R-PSV-1: every diploma is verified with the school that issued it."""
    return _judge(case, "diploma")


@rule("R-PSV-2", TRANSCRIPT)
def transcript_verified(case: Case) -> Finding:
    """R-PSV-2: requested from the school together with the diploma, otherwise supplied by the applicant, and verified."""
    return _judge(case, "transcript")


@rule("R-PSV-4", "Answer directly from the school")
def answer_from_the_school(case: Case) -> Finding:
    """R-PSV-4: the answer comes directly from the school, signed by a listed official; a handed-over letter is nothing."""
    for which, paper in case.papers.items():
        reply = paper.reply
        if reply is None or (reply.received_on is not None and reply.received_on > case.as_of):
            continue
        used = {f"{which}.reply": reply.received_from}
        if reply.received_from is not ReplySource.SCHOOL:
            reason = f"The answer about your {NAMES[which]} must come to us directly from your school."
            return pending(reason, Turn.SCHOOL).using(used)
        if not (reply.signatory_listed and reply.seal_present and reply.consistent):
            return pending(f"We must ask your school again about your {NAMES[which]}.", Turn.STAFF).using(used)
    answered = [paper for paper in case.papers.values() if paper.verified(case.as_of) or paper.reply is not None]
    if answered:
        return met("What we have came directly from your school.")
    return not_needed("Your school has not answered yet.")


@rule("R-PSV-6", "Reminders to the school", Bearing.INFORMATION)
def reminders(case: Case) -> Finding:
    """R-PSV-6: no time limit; the school is reminded, and after the last reminder staff try another way."""
    waiting = [paper for paper in case.papers.values() if paper.state in AT_SCHOOL and paper.sent_to_school_on]
    sent_on = min((paper.sent_to_school_on for paper in waiting if paper.sent_to_school_on), default=None)
    if sent_on is None:
        return not_needed("Nothing waits for your school.")
    days = (case.as_of - sent_on).days
    following = _next_reminder(case, sent_on)
    if following is None:
        reason = f"Your school has not answered for {counted(days, 'day')}. We are trying another way to reach it."
        return pending(reason, Turn.STAFF, since=sent_on)
    reason = f"Your school has had the request for {counted(days, 'day')}. We remind it on {day_in_words(following)}."
    return pending(reason, Turn.SCHOOL, since=sent_on)


def _next_reminder(case: Case, sent_on: date) -> date | None:
    numbers = [case.tables.number(f"verification_reminder_{number}", case.as_of) for number in (1, 2, 3)]
    days = [sent_on + timedelta(days=number) for number in numbers]
    return next((day for day in days if day > case.as_of), None)


@rule("R-PSV-7", "School closed or unreachable")
def school_closed(case: Case) -> Finding:
    """R-PSV-7: a successor body or ministry may verify; staff decide who."""
    education = case.facts.education
    if education is None or not education.school.closed:
        return not_needed("Your school can be reached.")
    papers = (case.facts.diploma, case.facts.transcript)
    if all(paper is not None and paper.verified(case.as_of) for paper in papers):
        return met("Your credentials are verified.")
    return manual_review("Your school cannot be reached. We are finding out who can verify in its place.", closed=True)
