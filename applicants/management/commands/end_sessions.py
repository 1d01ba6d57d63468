"""`manage.py end_sessions USERNAME` or `--all`: for the hour in which somebody else may be in an account."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applicants.models import User
from applicants.services import sessions

ACTOR = "command line"


class Command(BaseCommand):
    """Ends the sessions of one account or of everybody; on request closes the account, or opens it again."""

    help = "End all sessions of an account (or of everybody), and close the account or open it again if told to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who, and what besides."""
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("username", nargs="?", help="number of a physician, or address of a member of staff")
        whom.add_argument("--all", action="store_true", dest="everybody", help="every session there is")
        more = parser.add_mutually_exclusive_group()
        more.add_argument("--close", action="store_true", help="also let nobody sign in to the account any more")
        more.add_argument("--reopen", action="store_true", help="also let people sign in to the account again")
        parser.add_argument("--reason", required=True, help="for the audit log; no names or numbers of people")

    def handle(
        self, *, username: str | None, everybody: bool, close: bool, reopen: bool, reason: str, **_: object
    ) -> None:
        """Do it and say how many sessions ended. Raises `CommandError` for an unknown account; nothing is done then."""
        at = timezone.now()
        if everybody and (close or reopen):
            raise CommandError("--close and --reopen are for one account: name it.")
        if everybody:
            ended = sessions.end_everybodys_sessions(actor=ACTOR, reason=reason, at=at)
            self.stdout.write(f"{ended} sessions ended, of everybody.")
            return
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(
                "There is no such account. Physicians are named by their eight digits, staff by address."
            )
        self.stdout.write(self._one(user, close=close, reopen=reopen, reason=reason, at=at))

    def _one(self, user: User, *, close: bool, reopen: bool, reason: str, at: datetime) -> str:
        if reopen:
            sessions.reopen_account(user, actor=ACTOR, reason=reason, at=at)
            return "The account is open again."
        if close:
            ended = sessions.close_account(user, actor=ACTOR, reason=reason, at=at)
            return f"{ended} sessions ended, and the account is closed."
        return f"{sessions.end_sessions_of(user, actor=ACTOR, reason=reason, at=at)} sessions ended."
