"""Who takes part in a history of the sample data, and when: a physician, a school with its registrar, staff, and the till."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from applicants import purchases
from applicants.models import Applicant, User
from certification.models import MedicalSchool, SchoolOfficial
from certification.services.pathways.seasons import Season
from certification.services.rule_tables import current_tables
from certification.services.verification import officials
from certification.services.verification.officials import Entry
from payments.services import placing
from payments.services.ledger import grant_credit
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.models import OutgoingEmail
from sandbox.sample_data import STAFF, STAFF_EMAIL

# A season that opened yesterday has no history yet.
_SETTLED_IN = timedelta(days=75)


@dataclass(frozen=True)
class Degree:
    """The degree as the person enters it."""

    school: MedicalSchool
    title: str
    graduation_on: date


@dataclass(frozen=True)
class Story:
    """One physician and everybody who deals with them; `now` is when the story is told."""

    person: Applicant
    degree: Degree
    now: datetime

    def ago(self, days: int) -> datetime:
        """Return the time `days` before now."""
        return self.now - timedelta(days=days)

    @property
    def actor(self) -> str:
        """Return the physician as the audit log names them."""
        return actor_label(self.person.user)

    @cached_property
    def reviewer(self) -> User:
        """Grace, who reviews."""
        return User.objects.get(username=STAFF["credential_reviewer"])

    @cached_property
    def senior(self) -> User:
        """Rosa, who is the second person."""
        return User.objects.get(username=STAFF["senior_reviewer"])

    @cached_property
    def committee(self) -> tuple[User, User]:
        """Nadia, and a colleague with every right."""
        return User.objects.get(username=STAFF["committee"]), User.objects.get(username=STAFF_EMAIL)

    def registrar(self) -> SchoolOfficial:
        """Return the official of the person's school, put on its list a year ago unless somebody is on it."""
        school = self.degree.school
        found = SchoolOfficial.objects.filter(school=school).order_by("pk").first()
        if found is not None:
            return found
        entry = Entry("Ama Registrar", "Registrar", email_of_registrar(school), may_attest=True, may_coordinate=True)
        reason = "Letter of the dean, made up for the sample data"
        return officials.add(
            school_id=school.pk, entry=entry, reason=reason, at=self.ago(400), actor=actor_label(self.reviewer)
        )

    def pay(self, fee_code: str, *, at: datetime) -> None:
        """Press Pay for what is in the order, which costs `fee_code`; the money was put into the account before."""
        cents = purchases.till().price(fee_code, eastern_date(at))
        number = self.person.identification_number
        grant_credit(
            applicant_id=self.person.pk,
            amount_cents=cents,
            reason="Credit of the sample data",
            actor="sample data",
            at=at,
            key=f"sample-{number}-{fee_code}",
        )
        placing.place(
            applicant=self.person, shown_total_cents=cents, use_credit=True, agreements={}, at=at, actor=self.actor
        )


def email_of_registrar(school: MedicalSchool) -> str:
    """Return the made-up address of the registrar of a school."""
    return f"registrar@{school.code.lower()}.example"


def link_in_mail(address: str, path: str, *, about: str = "") -> str:
    """Return the secret part of the newest link that begins with `path` in a message to `address`, as its reader sees it."""
    messages = OutgoingEmail.objects.filter(to_email=address, text__contains=path).filter(text__contains=about)
    text = messages.order_by("-created_at", "-pk")[0].text
    found = re.search(re.escape(path) + r"([\w-]+)/", text)
    if found is None:
        raise LookupError(f"No link to {path} was sent to {address}.")
    return found.group(1)


def season_for(now: datetime) -> tuple[Season, datetime]:
    """Return the newest season that has been open for a while at `now`, and the last time of it that is not after now."""
    tables = current_tables()
    seasons = [Season(row, tables) for row in tables.seasons]
    known = [season for season in seasons if season.opens_at + _SETTLED_IN <= now]
    season = max(known, key=lambda one: one.opens_at)
    return season, min(now, season.ends_at - timedelta(days=1))
