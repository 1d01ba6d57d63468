"""One-time links to one request for one official: made, looked at, never used up by looking.

Only a hash of the secret part is kept. Whether a link may still be used is not noted on it but follows from its request,
its official and the clock, so that nothing can be forgotten when one of them changes.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse

from certification.models import SchoolOfficial, VerificationAttempt, VerificationRequest
from certification.states import WITH_THE_SCHOOL, AttemptKind, VerificationState
from portal.eastern import eastern_date
from portal.secret_links import digest_of, new_secret

LINK_LIFETIME = timedelta(days=45)
_LONGEST_TOKEN = 100


class LinkStanding(models.TextChoices):
    """Whether a link may be used, or why not."""

    OPEN = "open", "May be used"
    ANSWERED = "answered", "The request was answered"
    WITHDRAWN = "withdrawn", "The request was withdrawn"
    REPLACED = "replaced", "The request went to somebody else, or with another question"
    NOT_LISTED = "not_listed", "The official is not on the list any more"
    EXPIRED = "expired", "The link is too old"


class LinkUnknownError(Exception):
    """No link was ever made with these characters."""


class LinkClosedError(Exception):
    """The link was made and may not be used now; `standing` says why. Nothing was written."""

    def __init__(self, standing: LinkStanding) -> None:
        super().__init__(str(standing.label))
        self.standing = standing


def make_attempt(
    request: VerificationRequest, official: SchoolOfficial, kind: AttemptKind, *, at: datetime
) -> tuple[VerificationAttempt, str]:
    """Note that we write to `official` and return the row with the secret part of its link."""
    token, digest = new_secret()
    attempt = VerificationAttempt.objects.create(
        request=request,
        official=official,
        kind=kind,
        round=request.round,
        at=at,
        digest=digest,
        expires_at=at + LINK_LIFETIME,
    )
    return attempt, token


def address(token: str) -> str:
    """Return the whole address of a link, under our own name whatever host a request named."""
    return f"{settings.BASE_URL}{reverse('school_answer', args=[token])}"


def find(token: str) -> VerificationAttempt:
    """Return the attempt that a link belongs to, whether or not it may be used. Raises `LinkUnknownError`; writes nothing."""
    rows = VerificationAttempt.objects.select_related(
        "request__school", "request__credential", "request__applicant", "official"
    )
    found = rows.filter(digest=digest_of(token)).first() if len(token) <= _LONGEST_TOKEN else None
    if found is None:
        raise LinkUnknownError
    return found


def standing(attempt: VerificationAttempt, *, at: datetime) -> LinkStanding:
    """Return whether the link of `attempt` may be used at `at`, or the first reason why not."""
    request, official = attempt.request, attempt.official
    if request.state in {VerificationState.WITHDRAWN, VerificationState.UNABLE_TO_VERIFY}:
        return LinkStanding.WITHDRAWN
    if request.round != attempt.round:
        return LinkStanding.REPLACED
    if request.state not in WITH_THE_SCHOOL:
        return LinkStanding.ANSWERED
    if official is None or official.pk != request.official_id:
        return LinkStanding.REPLACED
    if not official.is_listed(eastern_date(at)):
        return LinkStanding.NOT_LISTED
    if attempt.expires_at is None or attempt.expires_at <= at:
        return LinkStanding.EXPIRED
    return LinkStanding.OPEN


def require_open(attempt: VerificationAttempt, *, at: datetime) -> None:
    """Raise `LinkClosedError` unless the link may be used."""
    found = standing(attempt, at=at)
    if found is not LinkStanding.OPEN:
        raise LinkClosedError(found)
