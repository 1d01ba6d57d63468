"""Messages to a person about how their account is signed in to: without names, numbers or addresses in the subject."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from applicants.models import User
from portal import inbox, mail

TEMPLATE = "security_notice"
# By the names that allauth gives to its messages; those of our own have no slash.
SENTENCES = {
    "account/email/password_changed": "Your password was changed.",
    "account/email/password_reset": "Your password was replaced through a link that we sent to this address.",
    "account/email/password_set": "A password was set for your account.",
    "mfa/email/totp_activated": "An authenticator app was set up for your account.",
    "mfa/email/totp_deactivated": "The authenticator app of your account was removed.",
    "mfa/email/webauthn_added": "A passkey was set up for your account.",
    "mfa/email/webauthn_removed": "A passkey of your account was removed.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your account. The old ones no longer work.",
    "second_factor_removed": "Our staff removed the passkeys, the authenticator app and the recovery codes of your account, "
    "because somebody showed that they are you and have lost them. If you did not ask for this, write to us at once.",
    "new_browser": "Somebody signed in to your account with a browser that had not been used for it before.",
}


def tell(user: User, *, what: str, at: datetime, to_email: str = "") -> None:
    """Write to `user` that `what` (a key of SENTENCES) has happened; also to another address of theirs, if one is given.

    A copy is in the inbox: whoever reads the person's mail cannot delete it there.
    """
    context = {"sentence": SENTENCES[what], "at": at, "account_url": f"{settings.BASE_URL}{reverse('account_home')}"}
    if to_email and to_email.lower() != user.email.lower():
        mail.queue_email(template=TEMPLATE, to_email=to_email, context=context, at=at)
    inbox.notify(user=user, template=TEMPLATE, context=context, at=at, key=f"{TEMPLATE}:{what}:{at.isoformat()}")
