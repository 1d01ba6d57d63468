"""What the portal holds of a person's certificate, and for how long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from applicants.privacy import NOTES_OF_REVIEWERS
from certification.models import (
    CaseAllegation,
    CaseDecision,
    CaseSanction,
    CertificateCopy,
    CertificateLookup,
    IrregularBehaviorCase,
    IssueCandidate,
)
from certification.services.certificates import candidates
from certification.services.certificates.copies import CopyNotReadyError, stored_bytes
from certification.states import SHOWN_TO_THE_PERSON, CopyState
from portal import retention
from portal.personal_data import AfterDeletion, BeforeDeletion, Exclusion, FileSource, HeldBack, Holding, Rows

NAMES_STAFF = "Names a member of staff"
FOR_STAFF = "Words of staff, which may be about others"
# Whoever is taken off the list by a hold of which they are not told yet would learn of it.
LISTED = Q(event__startswith="certification.candidate_")


def _files(user_id: int) -> Iterator[tuple[str, bytes]]:
    rows = CertificateCopy.objects.filter(certificate__applicant__user=user_id, state=CopyState.READY)
    for copy in rows.order_by("version"):
        try:
            yield f"certificate-{copy.version}.pdf", stored_bytes(copy)
        except CopyNotReadyError:
            continue


_kept = partial(
    Holding,
    topic="certification",
    owner="certificate__applicant__user",
    after_deletion=AfterDeletion.KEPT,
    kept_because="Proves to those who rely on the certificate that it is genuine",
)

_finding = partial(
    Holding,
    topic="certification",
    after_deletion=AfterDeletion.KEPT,
    kept_because="A finding is permanent by the rules of certification",
)


def _cases(user_id: int) -> Rows:
    """Return the cases that the person was told of."""
    return IrregularBehaviorCase.objects.filter(applicant__user=user_id, state__in=SHOWN_TO_THE_PERSON)


def _later_allegations(user_id: int) -> Rows:
    return CaseAllegation.objects.filter(case__in=_cases(user_id))


def _decisions(user_id: int) -> Rows:
    return CaseDecision.objects.filter(case__applicant__user=user_id).exclude(decided_by="")


def _sanctions(user_id: int) -> Rows:
    return CaseSanction.objects.filter(decision__case__applicant__user=user_id).exclude(decision__decided_by="")


def _end_wait(user_id: int, at: datetime, actor: str) -> None:
    for key in IssueCandidate.objects.filter(applicant__user=user_id).values_list("pk", flat=True):
        candidates.unlist(key, at=at)


HOLDINGS = (
    _kept(
        model="certification.IssueDecision",
        what="Why your certificate was issued: what each requirement was met by",
        owner="applicant__user",
        left_out={"reason": FOR_STAFF, "proposed_by": NAMES_STAFF, "decided_by": NAMES_STAFF},
    ),
    _kept(
        model="certification.CertificateChange",
        what="What happened to your certificate",
        left_out={"reason": FOR_STAFF, "proposed_by": NAMES_STAFF, "decided_by": NAMES_STAFF},
    ),
    _kept(
        model="certification.CertificateExtension",
        what="Extensions of your certificate alone",
        left_out={
            "reason": FOR_STAFF,
            "proposed_by": NAMES_STAFF,
            "decided_by": NAMES_STAFF,
            "last_certificate": "Technical",
        },
    ),
    _kept(
        model="certification.CertificateCopy",
        what="Copies of your certificate",
        left_out={"stored_as": "Technical", "last_error": "Technical"},
    ),
    _kept(
        model="certification.CertificateRequest",
        what="What you asked about your certificate",
        left_out=NOTES_OF_REVIEWERS,
    ),
    Holding(
        model="certification.ClinicalTraining",
        topic="certification",
        owner="applicant__user",
        what="Clinical training that counts for your certificate",
        left_out={"recorded_by": NAMES_STAFF},
    ),
    _finding(
        model="certification.IrregularBehaviorCase",
        what="Notices about your record, with your answer and the decision",
        find=_cases,
        left_out={"allegation": FOR_STAFF, "opened_by": NAMES_STAFF},
    ),
    _finding(
        model="certification.CaseAllegation",
        what="That more was alleged about a notice, and when",
        find=_later_allegations,
        left_out={"words": FOR_STAFF, "made_by": NAMES_STAFF, "verification": "Says which answer is meant"},
    ),
    _finding(
        model="certification.CaseDocument",
        what="Files that you sent about a notice",
        owner="case__applicant__user",
    ),
    _finding(
        model="certification.CaseDecision",
        what="Decisions about a notice",
        find=_decisions,
        left_out={"proposed_by": NAMES_STAFF, "decided_by": NAMES_STAFF},
    ),
    _finding(model="certification.CaseSanction", what="What a decision imposed", find=_sanctions),
    Exclusion(
        "certification.CertificateLookup", "Says that somebody checked a certificate: data about them, as a hash"
    ),
    Exclusion(
        "certification.IssueCandidate",
        "Our list of work: it follows from your record; the page of your certificate says whether you wait for us",
    ),
    BeforeDeletion("wait for a certificate", _end_wait),
    HeldBack("wait for a certificate", LISTED, on_pages=True),
    FileSource("certificate", "Your certificate, every copy that was made", _files),
)

RULES = (
    retention.Rule(
        key="certificate-look-ups",
        what="Checks of certificates on the verification page, by a keyed hash of the network",
        covers=("certification.CertificateLookup",),
        since="the check",
        why="To limit guessing",
        period=timedelta(days=400),
        due=lambda before: CertificateLookup.objects.filter(at__lt=before),
    ),
)
