"""What is due in certification, done at once and here: for the hours in which beat and the broker are away."""

from datetime import datetime

from certification.services import holds
from certification.services.application import reminders as draft_reminders
from certification.services.cases import deciding, steps
from certification.services.certificates import candidates, extending, requests
from certification.services.imports import working
from certification.services.pathways import season_end
from certification.services.verification import reminders


def work_off(*, at: datetime) -> dict[str, int]:
    """Do once what beat starts, but for the nightly evaluation, which may wait; returns what for how many."""
    return {
        "reminders of drafts": draft_reminders.remind(at=at),
        "imports": working.work_off(at=at),
        "requests to schools": reminders.sweep(at=at),
        "Pathways": season_end.sweep(at=at),
        "extensions": extending.sweep(at=at),
        "made permanent": requests.sweep(at=at),
        "cases": steps.sweep(at=at) + deciding.sweep(at=at),
        "holds lifted": holds.lift_ended(at=at),
        "new candidates": candidates.find(at=at),
    }
