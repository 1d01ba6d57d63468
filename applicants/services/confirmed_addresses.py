"""Which address of an account was confirmed by a mailed link, as django-allauth's own table has it."""

from allauth.account.models import EmailAddress

from applicants.models import User


def keep_confirmed(user: User) -> None:
    """Note that the address of `user` was confirmed just now, and forget every other of the same account.

    Two people may share an address; in that table it is confirmed for the one who had it first.
    """
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    if not EmailAddress.objects.filter(email__iexact=user.email).exists():
        address = EmailAddress(user=user, email=user.email.lower(), primary=True, verified=True)
        # Somebody else may confirm the same one in this moment.
        EmailAddress.objects.bulk_create([address], ignore_conflicts=True)
