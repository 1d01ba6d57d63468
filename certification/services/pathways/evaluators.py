"""Pathway 6: inviting physicians who watch encounters, and what they answer to the invitation (R-PW-6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q

from certification.emails import write_to_evaluator
from certification.models import Evaluator, PathwayApplication
from certification.rules.pathway_choice import licensed_long_enough
from certification.services.pathways import records, seasons
from certification.services.pathways.errors import LinkNotValidError, PathwayError, SeasonClosedError
from certification.services.rule_tables import current_tables
from certification.states import EVALUATOR_MACHINE, EvaluatorState, Pathway, PathwayState
from portal import audit
from portal.eastern import eastern_date
from portal.secret_links import digest_of, new_secret

ACTOR = "evaluator"
# Some decline, some are ill: more than the three that are needed, and an end to how many strangers one person writes to.
MOST_INVITATIONS = 12
MOST_LINKS = 5
HOLDS_A_PLACE = (EvaluatorState.INVITED, EvaluatorState.AGREED)


@dataclass(frozen=True)
class Invitation:
    """Whom an applicant wants to invite: the country as ISO 3166 code, the first day of the license if known."""

    name: str
    email: str
    license_authority: str
    license_country: str
    licensed_since: date | None = None


@dataclass(frozen=True)
class Declaration:
    """What an evaluator says of themselves when they agree."""

    license_authority: str
    license_country: str
    license_number: str
    licensed_since: date
    unrestricted: bool
    not_a_relative: bool
    not_paid: bool
    shares_contact: bool


@dataclass(frozen=True)
class Place:
    """How many encounters an evaluator has sent for one applicant, and for how many applicants of the season they are there."""

    sent: int
    most: int
    applicants: int
    most_applicants: int


def key_of(email: str) -> str:
    """Return the spelling under which one address is one evaluator."""
    return email.strip().casefold()


@transaction.atomic
def invite(*, key: int, invitation: Invitation, at: datetime, actor: str) -> Evaluator:
    """Invite a physician to application `key` and write to them. Raises `PathwayError`; nothing is written then."""
    application = records.lock(key)
    _require_evaluating(application, at=at)
    email_key = key_of(invitation.email)
    _require_stranger(application, email_key)
    earlier = application.evaluators.all()
    if any(one.email_key == email_key and one.state in HOLDS_A_PLACE for one in earlier):
        raise PathwayError("You have invited this address already. Send the invitation again instead", field="email")
    if len(earlier) >= MOST_INVITATIONS:
        raise PathwayError(f"You have sent {MOST_INVITATIONS} invitations. Write to us, so that we can help")
    if _is_full(email_key, application):
        raise PathwayError(
            "This physician already evaluates as many applicants as the season allows. Invite another one",
            field="email",
        )
    if invitation.licensed_since and not licensed_long_enough(
        invitation.licensed_since, current_tables(), eastern_date(at)
    ):
        raise PathwayError("An evaluator must have had an unrestricted license for 5 years", field="licensed_since")
    secret, digest = new_secret()
    evaluator = Evaluator.objects.create(
        application=application,
        name=invitation.name,
        email=invitation.email,
        email_key=email_key,
        license_authority=invitation.license_authority,
        license_country=invitation.license_country,
        licensed_since=invitation.licensed_since,
        invited_at=at,
        link_digest=digest,
        link_sent_at=at,
    )
    audit.record("certification.evaluator_invited", actor=actor, subject=evaluator, at=at)
    _write(evaluator, "evaluator_invited", secret, at=at)
    return evaluator


def _require_evaluating(application: PathwayApplication, *, at: datetime) -> None:
    if application.pathway != Pathway.MINI_CEX:
        raise PathwayError("Only Pathway 6 needs evaluators")
    if application.state != PathwayState.AWAITING_THIRD_PARTY:
        raise PathwayError("Evaluators are invited after the fee was paid and before all evaluations have arrived")
    _require_open(application, at=at)


def _require_open(application: PathwayApplication, *, at: datetime) -> None:
    season = seasons.season_of(application.season)
    if not season.is_open(at):
        raise SeasonClosedError(f"Season {season.number} has closed. Nothing can be sent for it any more")


def _require_stranger(application: PathwayApplication, email_key: str) -> None:
    """Refuse the applicant as their own evaluator."""
    user = application.applicant.user
    contact = getattr(application.applicant, "contact_information", None)
    own = {key_of(address) for address in (user.email, getattr(contact, "email", "")) if address}
    if email_key in own:
        raise PathwayError("This is your own address. An evaluator is somebody else", field="email")


def _is_full(email_key: str, application: PathwayApplication) -> bool:
    most = current_tables().number("pathway_6_applicants_per_evaluator", eastern_date(application.created_at))
    return applicants_of(email_key, application.season, besides=application) >= most


def applicants_of(email_key: str, season: int, *, besides: PathwayApplication | None = None) -> int:
    """Return for how many applicants of a season a physician has agreed to evaluate, or evaluated before withdrawing."""
    rows = Evaluator.objects.filter(email_key=email_key, application__season=season)
    counted = rows.filter(Q(state=EvaluatorState.AGREED) | Q(evaluations__isnull=False))
    if besides is not None:
        counted = counted.exclude(application=besides)
    return counted.aggregate(number=Count("application", distinct=True))["number"] or 0


@transaction.atomic
def send_again(*, key: int, evaluator_id: int, at: datetime, actor: str) -> Evaluator:
    """Write to the evaluator once more with a new link; the older link stops working. Raises `PathwayError`."""
    application = records.lock(key)
    _require_evaluating(application, at=at)
    evaluator = application.evaluators.select_for_update().get(pk=evaluator_id)
    if evaluator.state not in HOLDS_A_PLACE:
        raise PathwayError("This invitation is over. Invite another physician")
    if evaluator.links_sent >= MOST_LINKS:
        raise PathwayError(f"We wrote to this physician {MOST_LINKS} times. Ask them in person, or invite another one")
    secret, evaluator.link_digest = new_secret()
    evaluator.link_sent_at, evaluator.links_sent = at, evaluator.links_sent + 1
    evaluator.save(update_fields=["link_digest", "link_sent_at", "links_sent"])
    audit.record("certification.evaluator_reminded", actor=actor, subject=evaluator, at=at)
    _write(evaluator, "evaluator_invited", secret, at=at)
    return evaluator


@transaction.atomic
def withdraw(*, key: int, evaluator_id: int, at: datetime, actor: str) -> Evaluator:
    """End an invitation; what the evaluator sent before still counts. Raises `PathwayError`, `IllegalMoveError`."""
    application = records.lock(key)
    if application.state != PathwayState.AWAITING_THIRD_PARTY:
        raise PathwayError("Invitations can be withdrawn only while the application waits for evaluations")
    evaluator = application.evaluators.select_for_update().get(pk=evaluator_id)
    EVALUATOR_MACHINE.check(evaluator.state, EvaluatorState.WITHDRAWN)
    evaluator.state, evaluator.withdrawn_at = EvaluatorState.WITHDRAWN, at
    evaluator.save(update_fields=["state", "withdrawn_at"])
    audit.record("certification.evaluator_withdrawn", actor=actor, subject=evaluator, at=at)
    return evaluator


# --- By the link ---


def find(secret: str) -> Evaluator:
    """Return whom a link was sent to; writes nothing, as mail programs open links before people do.

    Raises `LinkNotValidError`.
    """
    rows = Evaluator.objects.select_related("application__applicant")
    evaluator = rows.filter(link_digest=digest_of(secret)).first()
    if evaluator is None:
        raise LinkNotValidError
    return evaluator


def lock_by_link(secret: str) -> tuple[PathwayApplication, Evaluator]:
    """Return application and evaluator of a link, both locked. Raises `LinkNotValidError`."""
    application = records.lock(find(secret).application_id)
    evaluator = application.evaluators.select_for_update().filter(link_digest=digest_of(secret)).first()
    if evaluator is None:
        raise LinkNotValidError
    return application, evaluator


def require_answerable(application: PathwayApplication, evaluator: Evaluator, *, at: datetime) -> None:
    """Raise `PathwayError` with the reason why nothing can be answered by this link any more."""
    if evaluator.state == EvaluatorState.WITHDRAWN:
        raise PathwayError("This invitation was withdrawn. There is nothing to do")
    if evaluator.state == EvaluatorState.DECLINED:
        raise PathwayError("You declined this invitation. The applicant can invite you again if that was a mistake")
    if application.state == PathwayState.CLOSED_WITH_SEASON:
        raise SeasonClosedError(f"Season {application.season} has closed. Nothing can be sent for it any more")
    if application.state != PathwayState.AWAITING_THIRD_PARTY:
        raise PathwayError("This application does not wait for evaluations any more. There is nothing to do")
    _require_open(application, at=at)


@transaction.atomic
def agree(*, secret: str, declaration: Declaration, at: datetime) -> Evaluator:
    """Take the evaluator's word that they may and will evaluate. Encounters count from the day after.

    Agreeing again changes nothing. Raises `LinkNotValidError`, or `PathwayError` where the words do not allow it.
    """
    application, evaluator = lock_by_link(secret)
    require_answerable(application, evaluator, at=at)
    if evaluator.state == EvaluatorState.AGREED:
        return evaluator
    _require_declared(declaration, at=at)
    _require_place(application, evaluator)
    EVALUATOR_MACHINE.check(evaluator.state, EvaluatorState.AGREED)
    evaluator.state, evaluator.answered_at, evaluator.agreed_on = EvaluatorState.AGREED, at, eastern_date(at)
    evaluator.license_authority = declaration.license_authority
    evaluator.license_country = declaration.license_country
    evaluator.license_number = declaration.license_number
    evaluator.licensed_since = declaration.licensed_since
    evaluator.save()
    audit.record("certification.evaluator_agreed", actor=ACTOR, subject=evaluator, at=at)
    return evaluator


def _require_declared(declaration: Declaration, *, at: datetime) -> None:
    if not licensed_long_enough(declaration.licensed_since, current_tables(), eastern_date(at)):
        raise PathwayError(
            "Only physicians with an unrestricted license of at least 5 years can evaluate. If you had one before, enter "
            "its first day; otherwise decline",
            field="licensed_since",
        )
    for name in ("unrestricted", "not_a_relative", "not_paid", "shares_contact"):
        if not getattr(declaration, name):
            raise PathwayError("Confirm this, or decline the invitation", field=name)


def _require_place(application: PathwayApplication, evaluator: Evaluator) -> None:
    # Two applicants' invitations to one physician are answered one after the other.
    list(Evaluator.objects.filter(email_key=evaluator.email_key).order_by("pk").select_for_update())
    if _is_full(evaluator.email_key, application):
        raise PathwayError(
            "You already evaluate as many applicants as one season allows, so you cannot agree to another one"
        )


@transaction.atomic
def decline(*, secret: str, at: datetime) -> Evaluator:
    """Note that the physician will not evaluate. Raises `LinkNotValidError`, `PathwayError`."""
    application, evaluator = lock_by_link(secret)
    require_answerable(application, evaluator, at=at)
    if not EVALUATOR_MACHINE.allows(evaluator.state, EvaluatorState.DECLINED):
        raise PathwayError("You agreed to this before. Ask the applicant to withdraw the invitation")
    evaluator.state, evaluator.answered_at = EvaluatorState.DECLINED, at
    evaluator.save(update_fields=["state", "answered_at"])
    audit.record("certification.evaluator_declined", actor=ACTOR, subject=evaluator, at=at)
    return evaluator


def place_of(evaluator: Evaluator) -> Place:
    """Return the two counters that an evaluator sees."""
    tables, day = current_tables(), eastern_date(evaluator.invited_at)
    return Place(
        sent=evaluator.evaluations.count(),
        most=tables.number("pathway_6_encounters_per_evaluator", day),
        applicants=applicants_of(evaluator.email_key, evaluator.application.season),
        most_applicants=tables.number("pathway_6_applicants_per_evaluator", day),
    )


def _write(evaluator: Evaluator, template: str, secret: str, *, at: datetime) -> None:
    season = seasons.season_of(evaluator.application.season)
    write_to_evaluator(evaluator, template, secret, last_minute=season.last_minute, at=at)
