"""Where an application stands, in words: state, whose turn, since when, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from applicants.purchases import LineStanding
from applicants.services import reviews
from certification.models import Application
from certification.services.application import drafts, submitting
from certification.services.application.drafts import Topic
from certification.states import APPLICATION_WITHDRAWABLE, ApplicationState
from portal.eastern import eastern_date

A = ApplicationState
LABELS = {
    Topic.DETAILS: "Your details",
    Topic.EDUCATION: "Medical schools",
    Topic.DEGREE: "Degree",
    Topic.BOOKLET: "Booklet",
    Topic.PURPOSE: "Purpose",
    Topic.CHECK: "Check",
}
ORDER = tuple(Topic)
TONES = {
    A.DRAFT: "todo",
    A.SUBMITTED: "action",
    A.PAID: "progress",
    A.IN_REVIEW: "progress",
    A.RETURNED: "action",
    A.ACCEPTED: "done",
    A.REJECTED: "action",
    A.WITHDRAWN: "locked",
}
TURNS = {
    A.DRAFT: "It is your turn.",
    A.SUBMITTED: "It is your turn: finish the payment. A bank payment takes 3 to 5 business days.",
    A.PAID: "It is our turn. You do not need to do anything.",
    A.IN_REVIEW: "It is our turn. You do not need to do anything.",
    A.RETURNED: "It is your turn: correct it and send it again. You do not pay again.",
    A.ACCEPTED: "Nothing more to do here. Go on with your credentials.",
    A.REJECTED: "The application has ended. You may begin a new one; its fee is due again.",
    A.WITHDRAWN: "The application has ended. You may begin a new one.",
}


def address_of(topic: Topic) -> str:
    """Return the name of the address of a topic."""
    return f"application_{topic}"


@dataclass(frozen=True)
class TopicRow:
    """One topic on the page of a draft."""

    label: str
    address: str
    done: bool


@dataclass(frozen=True)
class Standing:
    """What the page of an application says."""

    tone: str
    label: str
    turn: str
    waiting_days: int
    kept_until: date | None
    days_left: int | None
    promise_days: int | None
    is_editable: bool
    may_withdraw: bool
    ended: bool
    reason: str
    fee: LineStanding
    topics: Sequence[TopicRow]
    next_page: str


def standing_of(application: Application, *, at: datetime) -> Standing:
    """Return where `application` stands at `at`; three queries at most."""
    state = A(application.state)
    editable = state in (A.DRAFT, A.RETURNED)
    end = application.changed_at + drafts.keep_for()
    waits_for_us = state in (A.PAID, A.IN_REVIEW)
    return Standing(
        tone=TONES[state],
        label=state.label,
        turn=TURNS[state],
        waiting_days=(eastern_date(at) - eastern_date(application.moved_at)).days,
        kept_until=eastern_date(end) if state is A.DRAFT else None,
        days_left=max((end - at) // timedelta(days=1), 0) if state is A.DRAFT else None,
        promise_days=reviews.promised_days(Application, at=at) if waits_for_us else None,
        is_editable=editable,
        may_withdraw=state in APPLICATION_WITHDRAWABLE,
        ended=state in (A.REJECTED, A.WITHDRAWN),
        reason=application.return_reason if state in (A.RETURNED, A.REJECTED) else "",
        fee=submitting.standing(application),
        topics=[
            TopicRow(LABELS[topic], address_of(topic), done) for topic, done in drafts.answered(application).items()
        ],
        next_page=address_of(drafts.first_open_topic(application)),
    )


def steps(topic: Topic) -> dict[str, object]:
    """Return what the step indicator and the Back link need."""
    position = ORDER.index(topic)
    return {
        "labels": [LABELS[each] for each in ORDER],
        "position": position + 1,
        "label": LABELS[topic],
        "back": address_of(ORDER[position - 1]) if position else "application",
    }
