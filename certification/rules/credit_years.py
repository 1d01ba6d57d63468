"""Section 5, first half: credit years and credits transferred from other schools."""

from decimal import Decimal

from certification.rules.applying import CANADA, UNITED_STATES, school_unknown
from certification.rules.case import Case
from certification.rules.facts import School, TranscriptState, Transfer
from certification.rules.registry import rule
from certification.rules.schools import notes_in_force
from certification.rules.trace import Finding, Turn, manual_review, met, not_met, not_needed, pending
from certification.rules.words import day_in_words, listed

NO_TRANSFERS = "No credits were transferred."


def _transfers(case: Case) -> tuple[Transfer, ...]:
    return case.facts.education.transfers if case.facts.education is not None else ()


def _grandfathered(transfer: Transfer, case: Case) -> bool:
    """Tell whether the credits were accepted before the rule about transfers took effect (R-CRED-2g)."""
    period = case.tables.period("R-CRED-2")
    return period is not None and transfer.accepted_on is not None and transfer.accepted_on < period.effective_from


def acceptable_source(school: School, case: Case) -> bool:
    """Tell whether credits of `school` may be transferred: US or Canada and listed, or listed with a Sponsor Note."""
    if not school.in_directory:
        return False
    return school.country in (UNITED_STATES, CANADA) or bool(notes_in_force(school, case.as_of))


def _faults(transfer: Transfer, case: Case) -> list[str]:
    faults = []
    if not transfer.premedical_only and not acceptable_source(transfer.school, case):
        faults.append(f"credits of {transfer.school.name} cannot be transferred")
    if not transfer.passed:
        faults.append(f"courses at {transfer.school.name} were not passed")
    return faults


def _counts(transfer: Transfer, case: Case) -> bool:
    """Tell whether the credits count toward the medical curriculum."""
    return not transfer.premedical_only and (_grandfathered(transfer, case) or not _faults(transfer, case))


@rule("R-CRED-1", "Credit years", registration=True)
def credit_years(case: Case) -> Finding:
    """R-CRED-1: academic years for which credit was given toward the medical curriculum."""
    education = case.facts.education
    if education is None:
        return school_unknown(case)
    if education.credit_years is None:
        return pending("We have not recorded the credit years of your medical school yet.", Turn.STAFF)
    needed = case.tables.threshold("credit_years", case.as_of)
    transferred = sum((one.credit_years for one in education.transfers if _counts(one, case)), Decimal(0))
    total = education.credit_years + transferred
    used = {"credit_years": education.credit_years, "transferred": transferred}
    if total >= needed:
        return met(f"{total.normalize():f} credit years; {needed.normalize():f} are needed.").using(used)
    if education.student:
        return pending("You need at least four credit years when you graduate.", Turn.APPLICANT).using(used)
    return not_met(f"{total.normalize():f} credit years, but {needed.normalize():f} are needed.", Turn.NOBODY).using(
        used
    )


@rule("R-CRED-2", "Transferred credits", registration=True)
def transferred_credits(case: Case) -> Finding:
    """R-CRED-2: each from an acceptable school, passed there, and all from one school; one bad transfer bars the person."""
    judged = [one for one in _transfers(case) if not _grandfathered(one, case)]
    if not judged:
        return not_needed(NO_TRANSFERS if not _transfers(case) else "Older rules apply to your transferred credits.")
    faults = [fault for one in judged for fault in _faults(one, case)]
    schools = list(dict.fromkeys(one.school for one in judged))
    if len(schools) > 1:
        faults.append("credits may come from one school only")
    used = {"transfers": [f"{one.school.name}: {one.credit_years}" for one in judged]}
    if faults:
        return not_met(f"Transferred credits: {listed(faults)}.", Turn.NOBODY).using(used)
    return met("Your transferred credits are accepted.").using(used)


@rule("R-CRED-2g", "Transfers before the present rule")
def earlier_transfers(case: Case) -> Finding:
    """R-CRED-2g: credits accepted before the rule took effect stay accepted."""
    older = [one for one in _transfers(case) if _grandfathered(one, case)]
    if not older:
        return not_needed("No credits were accepted before the present rule.")
    days = listed([day_in_words(one.accepted_on) for one in older if one.accepted_on is not None])
    return met(f"Credits accepted on {days} stay accepted.")


@rule("R-CRED-3", "Disclosure of transfers")
def transfers_disclosed(case: Case) -> Finding:
    """R-CRED-3: every transfer is disclosed, and documented with the other school's transcript."""
    transfers = _transfers(case)
    if not transfers:
        return not_needed(NO_TRANSFERS)
    hidden = [one.school.name for one in transfers if not one.disclosed]
    if hidden:
        return manual_review(
            f"Credits of {listed(hidden)} were not disclosed. We are looking into it.", transfers=hidden
        )
    missing = [one.school.name for one in transfers if one.transcript is TranscriptState.MISSING]
    if missing:
        return pending(f"Upload the transcript of {listed(missing)}.", Turn.APPLICANT, transfers=missing)
    return met("You disclosed and documented your transferred credits.")


@rule("R-PSV-3", "Verification of transfer transcripts")
def transfer_transcripts_verified(case: Case) -> Finding:
    """R-PSV-3: verified where staff asked for it."""
    asked = [one for one in _transfers(case) if one.must_be_verified]
    if not asked:
        return not_needed("No transfer transcript needs verification.")
    waiting = [one for one in asked if one.transcript is not TranscriptState.VERIFIED]
    ours = [one.school.name for one in waiting if one.transcript is TranscriptState.RECEIVED]
    if ours:
        return pending(f"We are checking the transcript of {listed(ours)}.", Turn.STAFF, transfers=ours)
    names = [one.school.name for one in waiting]
    if waiting:
        return pending(f"{listed(names)} must verify the transfer transcript.", Turn.SCHOOL, transfers=names)
    return met("Your transfer transcripts are verified.")
