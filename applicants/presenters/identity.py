"""Where a person stands with showing who they are: in words, with whose turn it is."""

from dataclasses import dataclass
from datetime import date

from applicants.models import Applicant, IdentityCheck
from applicants.services.identity import form_valid_until, latest_check, model_in_force
from applicants.states import IdentityModel, IdentityState

YOUR_TURN, OUR_TURN = "Your turn", "Waiting for us"


@dataclass(frozen=True)
class Standing:
    """`tone` and `label` make the chip (done, progress, action), `heading` and `text` say what is and what comes next.

    `may_send` tells whether something can be sent now, `may_withdraw` whether what was sent can be taken back.
    """

    tone: str
    label: str
    heading: str
    text: str
    check: IdentityCheck | None = None
    may_send: bool = False
    may_withdraw: bool = False


def standing_of(applicant: Applicant) -> Standing:
    """Return where `applicant` stands; one query, none once identity was checked."""
    if applicant.identity_checked_on is not None:
        text = f"We confirmed who you are on {day(applicant.identity_checked_on)}. There is nothing to do."
        return Standing("done", "Confirmed", "Your identity is confirmed", text)
    check = latest_check(applicant)
    if check is None or check.kind != model_in_force():
        return _nothing_sent(None)
    if check.state == IdentityState.INVALIDATED:
        return _nothing_sent(check)
    if check.state == IdentityState.PREPARED:
        return _prepared(check)
    if check.state == IdentityState.RETURNED:
        text = "Read what is missing, and send it again. Nothing can be ordered until we have confirmed who you are."
        return Standing("action", YOUR_TURN, "We returned your document", text, check, may_send=True)
    return _sent(check)


def _nothing_sent(check: IdentityCheck | None) -> Standing:
    if model_in_force() is IdentityModel.NOTARIZED_FORM:
        text = "Make your identity form, complete it before a notary, and send it to us here."
    else:
        text = "Send us a picture of your passport. A reviewer compares it with your record."
    heading = "Confirm who you are again" if check is not None else "Confirm who you are"
    return Standing("action", YOUR_TURN, heading, f"{text} Nothing can be ordered before.", check, may_send=True)


def _prepared(check: IdentityCheck) -> Standing:
    until = day(form_valid_until(check.form_created_on)) if check.form_created_on else ""
    text = f"Complete the form before a notary. It must reach us here by {until}; after that you need a new one."
    return Standing("action", YOUR_TURN, "Your identity form is ready", text, check, may_send=True)


def _sent(check: IdentityCheck) -> Standing:
    if check.file_was_refused and check.upload is not None:
        text = f"{check.upload.get_refusal_display()} Nothing else that you entered is wrong so far."
        return Standing(
            "action", YOUR_TURN, "We could not take your file", text, check, may_send=True, may_withdraw=True
        )
    if check.upload is not None and check.upload.in_progress:
        text = "Your file is being checked. This takes a minute or two; you can leave this page."
        return Standing("progress", OUR_TURN, "We are checking your file", text, check, may_withdraw=True)
    waits = check.state == IdentityState.SUBMITTED
    text = "A reviewer compares your document with your record. There is nothing to do until we write to you."
    return Standing("progress", OUR_TURN, "We are checking your document", text, check, may_withdraw=waits)


def day(on: date) -> str:
    """Return `June 4, 2026`."""
    return f"{on:%B} {on.day}, {on.year}"
