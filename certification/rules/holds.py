"""Section 6: what holds a certificate although every requirement is met, and findings of irregular behavior."""

from dataclasses import replace

from certification.rules.case import Case
from certification.rules.facts import HoldKind, Sanction, SanctionKind
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Turn, manual_review, met, not_met, not_needed
from certification.rules.words import day_in_words


@rule("R-HOLD-1", "Amount owed", Bearing.HOLD)
def amount_owed(case: Case) -> Finding:
    """R-HOLD-1: any amount owed holds the certificate."""
    owed = -case.facts.balance
    if owed > 0:
        return not_met(f"You owe ${owed:.2f}. We issue the certificate when it is paid.", balance=case.facts.balance)
    if any(hold.kind is HoldKind.DEBIT_BALANCE and hold.is_open(case.as_of) for hold in case.facts.holds):
        return not_met("An amount is owed. We issue the certificate when it is paid.", holds=HoldKind.DEBIT_BALANCE)
    return met("Nothing is owed.", balance=case.facts.balance)


def running_sanctions(case: Case) -> list[Sanction]:
    """Return the sanctions in effect."""
    cases = [one for one in case.facts.irregular_cases if one.opened_on <= case.as_of]
    return [sanction for one in cases for sanction in one.sanctions if sanction.runs(case.as_of)]


@rule("R-HOLD-2", "Irregular behavior", Bearing.HOLD, registration=True)
def irregular_behavior(case: Case) -> Finding:
    """R-HOLD-2: an open case or a sanction that withholds the certificate holds it; examinations only if barred."""
    sanctions = running_sanctions(case)
    barring = [one for one in sanctions if one.kind in (SanctionKind.BAR_FROM_EXAMS, SanctionKind.BAR_FROM_SERVICES)]
    return replace(_irregular(case, sanctions), bars_registration=bool(barring))


def _irregular(case: Case, sanctions: list[Sanction]) -> Finding:
    withheld = [one for one in sanctions if one.kind is not SanctionKind.OTHER]
    if withheld:
        ends = [one.until for one in withheld]
        last = max((end for end in ends if end is not None), default=None)
        until = f" until {day_in_words(last)}" if last is not None and None not in ends else ""
        reason = f"A decision of the committee withholds your certificate{until}."
        return not_met(reason, Turn.NOBODY, sanctions=[one.kind.value for one in withheld])
    if any(one.is_open(case.as_of) for one in case.facts.irregular_cases):
        return not_met(
            "A case about your record is open. We issue nothing until it is decided.", Turn.COMMITTEE, case="open"
        )
    held = [one for one in case.facts.holds if one.is_open(case.as_of) and one.kind is not HoldKind.DEBIT_BALANCE]
    if held:
        return not_met(
            "Your record is on hold. Our staff must finish their check first.", Turn.STAFF, holds=held[0].kind
        )
    return met("No case holds your certificate.")


@rule("R-IRR-3", "Results withheld", Bearing.INFORMATION)
def results_withheld(case: Case) -> Finding:
    """R-IRR-3: sanctions may be combined; withheld results are for the committee."""
    if any(one.kind is SanctionKind.WITHHOLD_RESULTS for one in running_sanctions(case)):
        return manual_review("Results of examinations are withheld by a decision of the committee.", Turn.COMMITTEE)
    return not_needed("No results are withheld.")


@rule("R-IRR-4", "Permanent annotation", Bearing.INFORMATION)
def annotation(case: Case) -> Finding:
    """R-IRR-4: a finding stays on the record and travels with every later report."""
    found = [
        one.closed_on or one.opened_on
        for one in case.facts.irregular_cases
        if one.finding and (one.closed_on or one.opened_on) <= case.as_of
    ]
    if not found:
        return not_needed("There is no finding.")
    return met(f"The finding of {day_in_words(min(found))} is stated in every report.", finding=min(found))
