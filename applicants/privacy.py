"""What the portal holds of a person's account and identity, and for how long."""

from datetime import date, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from applicants.models import CorrectionRequest, DataExport, MailedLink, Registration, User
from applicants.services import exports, purging
from applicants.states import EXPORTS_UNDER_WAY, CorrectionState, ExportState, RegistrationState
from portal import retention, undelivered
from portal.personal_data import AfterDeletion, Exclusion, Holding, Topic, registry

NUMBER_FOR_LIFE = "Your identification number is never given to anyone else, and reports that were sent bear it"
NO_NAME = "Deleted"
# Required by the table; before anybody who could have an account was born.
NO_BIRTH_DATE = date(1800, 1, 1)
NOTES_OF_REVIEWERS = {
    "internal_note": "Words of staff",
    "reviewer": "Names a member of staff",
    "reviewer_until": "Technical",
    "decided_by": "Names a member of staff",
}


def _empty_account(user_id: int, at: datetime) -> int:
    """Close the account under a name that says nothing and with a password that nobody has."""
    return User.objects.filter(pk=user_id).update(
        username=f"deleted-{user_id}", email="", password=make_password(None), is_active=False, last_login=None
    )


def _delete_registrations(user_id: int, at: datetime) -> int:
    """Delete how the person registered, and every registration that staff closed as one more of the same person."""
    told = Registration.objects.filter(Q(applicant__user=user_id) | Q(same_as__user=user_id))
    return told.delete()[0]


def _drafts() -> QuerySet[Registration]:
    return Registration.objects.filter(state=RegistrationState.DRAFT)


registry.add(
    Topic("account", "Your account and how you sign in"),
    Topic("personal-details", "Who you are and how to reach you"),
    Holding(
        model="applicants.User",
        topic="account",
        what="Your account",
        owner="pk",
        left_out={
            "password": "Secret: a hash, from which nobody can read the password",
            "has_short_password": "Secret: would help to guess the password",
        },
        after_deletion=AfterDeletion.EMPTIED,
        kept_because="Closed for ever, under a name that says nothing; the audit log refers to its row",
        erase=_empty_account,
    ),
    Holding(
        model="account.EmailAddress",
        topic="account",
        what="E-mail addresses of your account",
        owner="user",
    ),
    Holding(
        model="account.EmailConfirmation",
        topic="account",
        what="Confirmations of e-mail addresses under way",
        owner="email_address__user",
        left_out={"key": "Secret: whoever has it could confirm the address"},
    ),
    Holding(
        model="mfa.Authenticator",
        topic="account",
        what="Your passkeys, authenticator app and recovery codes",
        owner="user",
        left_out={"data": "Secret: with it anybody could pass for your device"},
    ),
    Holding(
        model="usersessions.UserSession",
        topic="account",
        what="Where you are signed in",
        owner="user",
        left_out={"session_key": "Secret: whoever has it is signed in", "data": "Technical"},
    ),
    Holding(
        model="applicants.Applicant",
        topic="personal-details",
        what="Your record of identity",
        owner="user",
        after_deletion=AfterDeletion.EMPTIED,
        emptied={
            "family_name": NO_NAME,
            "given_names": "",
            "native_script_name": "",
            "birth_date": NO_BIRTH_DATE,
            "time_zone": "UTC",
            "identity_checked_on": None,
        },
        kept_because=NUMBER_FOR_LIFE,
    ),
    Holding(
        model="applicants.VerifiedName",
        topic="personal-details",
        what="Other names verified as yours",
        owner="applicant__user",
    ),
    Holding(
        model="applicants.ContactInformation",
        topic="personal-details",
        what="Your contact information, each version",
        owner="applicant__user",
        after_deletion=AfterDeletion.EMPTIED,
        emptied=dict.fromkeys(
            ("email", "phone", "fax", "line1", "line2", "city", "region", "postal_code", "country"), ""
        ),
        kept_because="Orders refer to the version that you confirmed",
    ),
    Holding(
        model="applicants.NameRequest",
        topic="personal-details",
        what="Your requests about names",
        owner="applicant__user",
        left_out=NOTES_OF_REVIEWERS,
    ),
    Holding(
        model="applicants.BirthDateCorrection",
        topic="personal-details",
        what="Corrections of your date of birth, each with the date before",
        owner="applicant__user",
        left_out={**NOTES_OF_REVIEWERS, "found_by": "Names a member of staff"},
    ),
    Holding(
        model="applicants.FormerNameOfRecord",
        topic="personal-details",
        what="Names of record of former times",
        owner="applicant__user",
    ),
    Holding(
        model="applicants.IdentityCheck",
        topic="personal-details",
        what="How your identity was checked, with the number of the passport that you showed",
        owner="applicant__user",
        left_out={**NOTES_OF_REVIEWERS, "passport_fingerprint": "Secret: a keyed hash, to find a passport used twice"},
    ),
    Holding(
        model="applicants.Registration",
        topic="personal-details",
        what="What you answered when you registered",
        owner="applicant__user",
        left_out={
            "password": "Secret: a hash, from which nobody can read the password",
            "decided_by": "Names a member of staff",
            "decision_reason": "Words of staff",
            "same_as": "May be about somebody else",
        },
        erase=_delete_registrations,
    ),
    Holding(
        model="applicants.MailedLink",
        topic="account",
        what="Links that were sent to you for a forgotten number or a new e-mail address",
        owner="user",
        left_out={"digest": "Secret: a hash of the link"},
    ),
    Exclusion("applicants.SuspectedDuplicate", "Notes for staff about records that look alike, which may be of others"),
    Topic("requests-about-data", "What you asked about your data"),
    Holding(
        model="applicants.DataExport",
        topic="requests-about-data",
        what="Copies of your data",
        owner="user",
        left_out={
            "file_key": "Secret: opens the stored file",
            "stored_as": "Technical",
            "lease_until": "Technical",
            "attempts": "Technical",
        },
        erase=exports.erase_exports,
    ),
    Holding(
        model="applicants.CorrectionRequest",
        topic="requests-about-data",
        what="Corrections that you asked for",
        owner="applicant__user",
        left_out={"closed_by": "Names a member of staff"},
    ),
    Holding(
        model="applicants.DeletionRequest",
        topic="requests-about-data",
        what="Requests to be deleted",
        owner="user",
        left_out={"closed_by": "Names a member of staff"},
        after_deletion=AfterDeletion.EMPTIED,
        emptied={"answer": ""},
        kept_because="Proves that you asked for it",
    ),
    Exclusion("admin.LogEntry", "Notes of the staff pages about what staff did there"),
    Exclusion("applicants.User_groups", "Rights of staff accounts"),
    Exclusion("applicants.User_user_permissions", "Rights of staff accounts"),
    # An e-mail address proves nothing about whose mail it is: anybody can enter yours and have a link sent there. Messages
    # found by address would let one person read another's, links for a new password among them.
    Exclusion(
        "portal.OutgoingEmail",
        f"Messages that were sent to you are in your own mailbox; ours go {undelivered.IN_WORDS}",
    ),
)

retention.table.add(
    retention.Rule(
        key="account",
        what="Your account, name, birth date, identification number and contact information",
        covers=(
            "applicants.User",
            "applicants.User_groups",
            "applicants.User_user_permissions",
            "account.EmailAddress",
            "account.EmailConfirmation",
            "mfa.Authenticator",
            "applicants.Applicant",
            "applicants.VerifiedName",
            "applicants.ContactInformation",
            "applicants.NameRequest",
            "applicants.BirthDateCorrection",
            "applicants.FormerNameOfRecord",
            "applicants.IdentityCheck",
            "applicants.Registration",
            "applicants.SuspectedDuplicate",
        ),
        since="your registration",
        why="One person has one number for life; licensing authorities ask about it decades later",
        ends_with="Deleted when you ask for it and we agree",
    ),
    retention.Rule(
        key="registration-unconfirmed",
        what="A registration that was begun, without a confirmed e-mail address",
        covers=("applicants.Registration",),
        since="your last answer",
        why="Nobody can go on with it once the browser is closed",
        period=timedelta(days=2),
        due=lambda before: _drafts().filter(changed_at__lt=before, email_confirmed_at=None),
    ),
    retention.Rule(
        key="registration-draft",
        what="A registration that was begun, with a confirmed e-mail address",
        covers=("applicants.Registration",),
        since="your last answer",
        why="So that you can stop and go on later",
        period=timedelta(days=settings.REGISTRATION_DRAFT_DAYS),
        due=lambda before: _drafts().filter(changed_at__lt=before),
    ),
    retention.Rule(
        key="registration-closed",
        what="A registration that we closed because its person has a number already",
        covers=("applicants.Registration", "applicants.SuspectedDuplicate"),
        since="the decision",
        why="To answer questions about the decision",
        period=timedelta(days=365),
        due=lambda before: Registration.objects.filter(state=RegistrationState.CLOSED, finished_at__lt=before),
    ),
    retention.Rule(
        key="mailed-links",
        what="Links that we sent to confirm or keep an address, to go on with a registration or to show a number",
        covers=("applicants.MailedLink",),
        since="their end",
        why="To answer questions about a link that does not work",
        period=timedelta(days=7),
        due=lambda before: MailedLink.objects.filter(expires_at__lt=before),
    ),
    retention.Rule(
        key="issued-numbers",
        what="Identification numbers that were ever given, without a name",
        covers=("applicants.IssuedNumber",),
        since="the day they were given",
        why="So that no number is ever given to a second person",
        ends_with="Not deleted",
    ),
    retention.Rule(
        key="identity-images",
        what="Pictures of passports, identity forms and papers about names and dates of birth",
        covers=("portal.Upload",),
        since="the decision",
        why="To answer questions about the decision; what we read in them stays with the decision",
        period=timedelta(days=settings.IDENTITY_IMAGE_DAYS),
        ends_with="The files are erased",
        due=purging.images_due,
        purge=purging.purge_images,
    ),
    retention.Rule(
        key="sign-ins",
        what="The list of where you are signed in, with network address and browser",
        covers=("usersessions.UserSession",),
        since="the last time that you used it",
        why="So that you can see who uses your account, and end it",
        period=timedelta(days=30),
        due=lambda before: UserSession.objects.filter(last_seen_at__lt=before),
    ),
    retention.Rule(
        key="data-copies",
        what="Copies of your data that you asked for",
        covers=("applicants.DataExport",),
        since="the moment they are ready",
        why="So that you can download them",
        period=exports.KEPT,
        due=lambda before: DataExport.objects.filter(state=ExportState.READY, built_at__lt=before),
        purge=exports.expire,
    ),
    retention.Rule(
        key="data-copy-requests",
        what="The note that you asked for a copy",
        covers=("applicants.DataExport",),
        since="the day you asked",
        why="To answer questions about it",
        period=timedelta(days=400),
        due=lambda before: DataExport.objects.filter(requested_at__lt=before).exclude(
            state__in=[*EXPORTS_UNDER_WAY, ExportState.READY]
        ),
    ),
    retention.Rule(
        key="corrections",
        what="Corrections that you asked for, and our answers",
        covers=("applicants.CorrectionRequest",),
        since="our answer",
        why="To answer questions about it",
        period=timedelta(days=3 * 365),
        due=lambda before: CorrectionRequest.objects.filter(closed_at__lt=before).exclude(state=CorrectionState.OPEN),
    ),
    retention.Rule(
        key="deletions",
        what="The note that you asked to be deleted, and our decision",
        covers=("applicants.DeletionRequest",),
        since="the day you asked",
        why="To prove that what was deleted was deleted at your wish",
        ends_with="Not deleted; it does not name you once you are deleted",
    ),
    retention.Rule(
        key="staff-notes",
        what="Notes of the staff pages about what staff did there",
        covers=("admin.LogEntry",),
        since="the act",
        why="To follow up mistakes",
        period=timedelta(days=2 * 365),
        due=lambda before: LogEntry.objects.filter(action_time__lt=before),
    ),
)
