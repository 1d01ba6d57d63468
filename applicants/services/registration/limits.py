"""How often registration, forgotten numbers and a new e-mail address may be asked for; a refusal says the same to everybody."""

from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.rate_limits import RateLimit, TooManyRequestsError, spend

HOUR = timedelta(hours=1)
# One network may be a whole university, so these bound floods, not people.
STARTS = RateLimit("registration-starts", 30, HOUR)
ANSWERS = RateLimit("registration-answers", 600, HOUR)
PASSWORDS = RateLimit("registration-passwords", 60, HOUR)
FINISHES = RateLimit("registration-finishes", 30, HOUR)
MESSAGES = RateLimit("registration-messages", 60, HOUR)
MESSAGES_TO_ONE = RateLimit("registration-messages-to-one", 5, HOUR)
LINKS = RateLimit("registration-links", 120, HOUR)
EMAIL_CHANGES = RateLimit("email-changes", 5, HOUR)
NUMBERS = RateLimit("number-requests", 20, HOUR)
NUMBERS_TO_ONE = RateLimit("number-requests-to-one", 5, HOUR)
_KEY_LENGTH = 32


def allowed(limit: RateLimit, client: str) -> bool:
    """Count one more try of `client`, a text without personal data, and tell whether it is still allowed."""
    try:
        spend(limit, client, at=timezone.now())
    except TooManyRequestsError:
        return False
    return True


def address_key(email: str) -> str:
    """Return a keyed hash under which tries for one e-mail address are counted."""
    digest = salted_hmac("applicants.registration", email.lower(), algorithm="sha256").hexdigest()
    return digest[:_KEY_LENGTH]
