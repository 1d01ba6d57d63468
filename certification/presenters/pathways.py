"""Where a person stands with the Pathways: in words, with whose turn it is and until when."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst

from certification.models import PathwayApplication
from certification.rules.pathway_choice import Choice
from certification.rules.trace import Turn
from certification.services.pathways import progress, seasons, submitting
from certification.services.pathways.progress import Part
from certification.services.pathways.seasons import Season
from certification.states import Pathway, PathwayState

TONES = {
    PathwayState.DRAFT: "action",
    PathwayState.SUBMITTED: "action",
    PathwayState.AWAITING_THIRD_PARTY: "progress",
    PathwayState.IN_REVIEW: "progress",
    PathwayState.ACCEPTED: "done",
    PathwayState.REJECTED: "action",
    PathwayState.CLOSED_WITH_SEASON: "action",
}
TURNS = {
    Turn.APPLICANT: "Your turn",
    Turn.STAFF: "Our turn",
    Turn.SCHOOL: "Your school’s turn",
    Turn.THIRD_PARTY: "Others’ turn",
    Turn.COMMITTEE: "The committee’s turn",
    Turn.NOBODY: "",
}
STEP_LABELS = {"license": "License", "school": "School", "encounters": "Encounters", "check": "Check and send"}


@dataclass(frozen=True)
class Countdown:
    """How much time is left of a season, in days, with its last minute."""

    season: int
    last_minute: datetime
    days: int
    is_over: bool

    @property
    def words(self) -> str:
        """Return how much time is left."""
        if self.is_over:
            return "The season has closed"
        if self.days <= 0:
            return "Closes today"
        return f"{self.days} day{'' if self.days == 1 else 's'} left"


def countdown(season: Season, *, at: datetime) -> Countdown:
    """Return the countdown of `season`."""
    return Countdown(season.number, season.last_minute, season.days_left(at), at >= season.ends_at)


@dataclass(frozen=True)
class Line:
    """One Pathway in the list of all six: what it is, whether it is the open one, and why not."""

    number: int
    name: str
    is_open: bool
    reason: str


def lines(choice: Choice) -> list[Line]:
    """Return the six Pathways with what was found about each; those after the open one are not needed."""
    found = {verdict.pathway: verdict.fault for verdict in choice.verdicts}
    return [
        Line(
            pathway.value,
            str(pathway.label),
            pathway == choice.pathway,
            "" if pathway == choice.pathway else _why_not(pathway, choice, found),
        )
        for pathway in Pathway
    ]


def _why_not(pathway: int, choice: Choice, found: dict[int, str]) -> str:
    if found.get(pathway):
        # The line is headed by the Pathway already.
        return capfirst(found[pathway].removeprefix(f"Pathway {pathway}: "))
    if choice.pathway is not None:
        return f"Pathway {choice.pathway} is open to you and comes first."
    return choice.reason


@dataclass(frozen=True)
class PartLine:
    """One thing that others send, for the page: its chip, and whose turn it is."""

    name: str
    text: str
    tone: str
    label: str


def part_line(part: Part) -> PartLine:
    """Return the line of one part."""
    if part.is_here:
        return PartLine(part.name, part.text, "done", "Here")
    mine = part.turn is Turn.APPLICANT
    return PartLine(part.name, part.text, "action" if mine else "progress", TURNS[part.turn] or "Waiting")


@dataclass(frozen=True)
class Standing:
    """The head of an application's page: a chip, one sentence, and what can be done."""

    tone: str
    label: str
    text: str


SENTENCES = {
    PathwayState.DRAFT: "You have not sent this application yet.",
    PathwayState.SUBMITTED: "It is complete and waits for the fee. Nobody works on it before it is paid.",
    PathwayState.AWAITING_THIRD_PARTY: "Others must still confirm something. Below you see what, and whose turn it is.",
    PathwayState.IN_REVIEW: "Everything has arrived. We are checking it, and write to you when we have decided.",
    PathwayState.ACCEPTED: "Your clinical skills and communication skills are shown.",
    PathwayState.REJECTED: "We could not accept this application. The reason is below.",
    PathwayState.CLOSED_WITH_SEASON: (
        "It was not complete when the season closed, so it ended. You can apply again in the next season. Another fee is "
        "due then, and what was gathered may have to be sent again."
    ),
}


def standing_of(application: PathwayApplication) -> Standing:
    """Return the head of the page."""
    state = PathwayState(application.state)
    text = SENTENCES[state]
    if state is PathwayState.IN_REVIEW and application.committee_since is not None:
        text = "The average of a component is below the threshold, so our review committee decides. We write to you."
    return Standing(TONES[state], str(state.label), text)


def part_lines(application: PathwayApplication, *, at: datetime) -> list[PartLine]:
    """Return what others send, for an application that was paid."""
    return [part_line(part) for part in progress.parts_of(application, at=at)]


def steps_of(application: PathwayApplication, *, at: datetime) -> list[str]:
    """Return the pages of a draft, in their order."""
    steps = ["license"] if application.holds_license else []
    needs_school = application.pathway != Pathway.LICENSED and not submitting.is_only_six(application, at=at)
    steps += ["school"] if needs_school else []
    steps += ["encounters"] if application.pathway == Pathway.MINI_CEX else []
    return [*steps, "check"]


def step_values(application: PathwayApplication, step: str, *, at: datetime) -> dict[str, object]:
    """Return what the step indicator and the Back link need; a page that is no step any more has none."""
    steps = steps_of(application, at=at)
    if step not in steps:
        return {"back_step": "", "countdown": countdown(seasons.season_of(application.season), at=at)}
    position = steps.index(step)
    return {
        "labels": [STEP_LABELS[one] for one in steps],
        "position": position + 1,
        "label": STEP_LABELS[step],
        "back_step": steps[position - 1] if position else "",
        "countdown": countdown(seasons.season_of(application.season), at=at),
    }


def next_step(application: PathwayApplication, step: str, *, at: datetime) -> str:
    """Return the page after `step`."""
    steps = steps_of(application, at=at)
    if step == "registration":
        # Asked before the steps begin, and corrected from the last one.
        return steps[-1]
    position = steps.index(step) if step in steps else -1
    return steps[min(position + 1, len(steps) - 1)]
