"""What the portal holds of a person's certification, and for how long."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from applicants.models import Applicant
from applicants.privacy import NOTES_OF_REVIEWERS
from certification import certificate_privacy, import_privacy
from certification.models import Application, CaseSanction, Credential, Hold, IrregularBehaviorCase
from certification.services.verification.review import erase_answers_of
from certification.states import CredentialState, HoldKind
from portal import retention
from portal.models import FourEyesAct
from portal.personal_data import AfterDeletion, HeldBack, Holding, Obstacle, Rows, Topic, registry

FOR_STAFF = "Words of staff, which may be about others"


# A suspicion is no finding, and what the committee looks into is told by its notice.
UNTOLD = (
    Q(event=f"certification.credential_{CredentialState.SUSPECTED_FRAUD.value}")
    | Q(facts__contains={"was": CredentialState.SUSPECTED_FRAUD.value})
    | Q(facts__contains={"act": FourEyesAct.SUSPECT_FRAUD.value})
    | Q(
        event__in=["certification.hold_placed", "certification.hold_lifted"],
        facts__contains={"kind": HoldKind.IRREGULAR_BEHAVIOR.value},
    )
)
# It ends by a new review, which reads like something the person sent.
CLEARED = Q(
    event=f"certification.credential_{CredentialState.SUBMITTED.value}",
    facts__contains={"was": CredentialState.SUSPECTED_FRAUD.value},
)


# A file that was replaced begins a review anew, and is told itself; the same for a suspicion, in which nothing moves.
BEGUN_ANEW = Q(
    event=f"certification.credential_{CredentialState.SUBMITTED.value}",
    facts__contains={"was": CredentialState.IN_REVIEW.value},
)
ON_HOLD = "Your record is on hold. Our staff must finish their check first."
IN_REVIEW = "A review of your record is under way. Our staff must finish it first."
UNDER_REVIEW = (
    CredentialState.SUBMITTED,
    CredentialState.IN_REVIEW,
    CredentialState.REPLY_RECEIVED,
    CredentialState.SUSPECTED_FRAUD,
)


def _told_holds(user_id: int) -> Rows:
    """Return the holds of which the person knows; that of a case is told with its notice."""
    untold = IrregularBehaviorCase.objects.untold().filter(hold=OuterRef("pk"))
    return Hold.objects.filter(~Exists(untold), applicant__user=user_id)


def _erase_holds(user_id: int, at: datetime) -> int:
    """Delete the holds but those of cases and of what their decisions imposed, which stay with them."""
    of_cases = IrregularBehaviorCase.objects.filter(hold=OuterRef("pk"))
    of_sanctions = CaseSanction.objects.filter(hold=OuterRef("pk"))
    return Hold.objects.filter(~Exists(of_cases), ~Exists(of_sanctions), applicant__user=user_id).delete()[0]


def _looked_into(user_id: int) -> list[str]:
    """Stop a deletion while a hold is open, or a document is reviewed; one query.

    A hold of which the person does not know is told in the words of a review.
    """
    documents = Credential.objects.filter(applicant__user=user_id, state__in=UNDER_REVIEW)
    holds = Hold.objects.filter(applicant__user=user_id, lifted_at__isnull=True)
    told = _told_holds(user_id).filter(lifted_at__isnull=True)
    found = Applicant.objects.filter(user=user_id).annotate(
        is_held=Exists(told), is_reviewed=Exists(documents) | Exists(holds.exclude(pk__in=told.values("pk")))
    )
    is_held, is_reviewed = found.values_list("is_held", "is_reviewed").first() or (False, False)
    return [sentence for is_so, sentence in ((is_held, ON_HOLD), (is_reviewed, IN_REVIEW)) if is_so]


_holding = partial(Holding, topic="certification", owner="applicant__user")
_of_application = partial(Holding, topic="certification", owner="application__applicant__user")

registry.add(
    Topic("certification", "Your certification"),
    _holding(
        model="certification.Application",
        what="Your applications for certification, and what was decided",
        left_out={**NOTES_OF_REVIEWERS, "order_line": "Technical", "reminded_at": "Technical"},
    ),
    _of_application(
        model="certification.MedicalSchoolAttendance", what="The medical schools that you told us you attended"
    ),
    _holding(model="certification.MedicalEducation", what="Your medical degree"),
    _holding(model="certification.ExaminationResult", what="Examinations that you sat; no score is kept"),
    _holding(model="certification.OetResult", what="Results of OET Medicine that were released to us"),
    _holding(model="certification.LastVerdict", what="What the rules said of your record last"),
    _holding(
        model="certification.WindowException",
        what="Longer time limits for examinations that you were granted",
        left_out={"reason": FOR_STAFF, "granted_by": "Names a member of staff"},
    ),
    _holding(model="certification.PathwayAcceptance", what="Pathways through which you met a requirement"),
    _holding(
        model="certification.PathwayApplication",
        what="Your applications for a Pathway, and what was decided",
        left_out=NOTES_OF_REVIEWERS,
    ),
    _of_application(
        model="certification.License",
        what="The license to practice medicine that you told us about",
        left_out={"confirmed_by": "Names a member of staff", "confirmation_note": FOR_STAFF},
    ),
    _of_application(model="certification.SchoolBasis", what="What a Pathway by your medical school rests on"),
    _of_application(
        model="certification.Evaluator",
        what="Physicians whom you invited to watch encounters",
        left_out={
            "license_number": "Is about the evaluator",
            "email_key": "Technical: the address once more, in one spelling",
            "link_digest": "Secret: lets the evaluator answer",
        },
    ),
    _holding(
        model="certification.Evaluation",
        what="What evaluators said of encounters of yours",
        owner="evaluator__application__applicant__user",
    ),
    _holding(
        model="certification.Credential",
        what="Credentials that are verified with your school",
        left_out={
            **NOTES_OF_REVIEWERS,
            "told_state": "Stands in the state",
            "told_since": "Stands in the time of its state",
            "decided_at": "Stands in the history of the credential",
        },
        told_from={"state": "told_state", "moved_at": "told_since"},
        told_as={"state": {CredentialState.SUSPECTED_FRAUD.value: CredentialState.IN_REVIEW.value}},
    ),
    _holding(
        model="certification.CredentialDocument",
        what="Which files you uploaded for each credential; the files themselves are with your uploads",
        owner="credential__applicant__user",
    ),
    _holding(
        model="certification.CredentialSpecimen",
        what="Whether a verified document of yours shows our reviewers what documents of your school look like",
        owner="document__credential__applicant__user",
        left_out={"chosen_by": "Names a member of staff"},
    ),
    _holding(
        model="certification.CredentialStatusChange",
        what="How the verification of each credential went",
        owner="credential__applicant__user",
    ),
    _holding(
        model="certification.SchoolOfficial",
        what="Schools that named you as somebody who may answer for them",
        owner="user",
        after_deletion=AfterDeletion.KEPT,
        kept_because="Says who could sign for the school when its answers came",
    ),
    _holding(
        model="certification.VerificationRequest",
        what="What we asked your school about you",
        left_out={
            "question": FOR_STAFF,
            "reason": FOR_STAFF,
            "decided_by": "Names a member of staff",
            "official": "Names somebody else",
            "staff_told_at": "Technical",
        },
    ),
    _holding(
        model="certification.VerificationDocument",
        what="Which of your documents your school was shown",
        owner="request__applicant__user",
    ),
    _holding(
        model="certification.VerificationAttempt",
        what="Each time we wrote to your school",
        owner="request__applicant__user",
        left_out={
            "digest": "Secret: opens the request",
            "expires_at": "Technical",
            "official": "Names somebody else",
        },
    ),
    _holding(
        model="certification.VerificationAnswer",
        what="What your school answered",
        owner="request__applicant__user",
        left_out={
            "official": "Names somebody else",
            "signatory_name": "Names somebody else",
            "signatory_title": "Says of somebody else what they are",
            "recorded_by": "Names a member of staff, or somebody of the school",
            "transcript": "Sent by your school to us alone; ask your school for your transcript",
        },
        erase=erase_answers_of,
    ),
    _holding(
        model="certification.Certificate",
        what="Your certificate",
        after_deletion=AfterDeletion.KEPT,
        kept_because="Its number stands in reports that were sent, and is never given again",
    ),
    _holding(
        model="certification.Annotation",
        what="Findings that are stated in every report",
        after_deletion=AfterDeletion.KEPT,
        kept_because="A finding is permanent by the rules of certification",
    ),
    _holding(
        model="certification.Hold",
        what="Times when our services stopped for you",
        owner="",
        find=_told_holds,
        after_deletion=AfterDeletion.KEPT,
        kept_because="Only holds of a notice or of a decision about it, which stay with them; every other hold is deleted",
        erase=_erase_holds,
        told_as={"kind": {HoldKind.IRREGULAR_BEHAVIOR.value: HoldKind.STAFF.value}},
        left_out={"reason": FOR_STAFF, "placed_by": "Names a member of staff", "lifted_by": "Names a member of staff"},
    ),
    *certificate_privacy.HOLDINGS,
    *import_privacy.HOLDINGS,
    Obstacle("hold", _looked_into),
    HeldBack("suspicion", UNTOLD),
    HeldBack("cleared suspicion", CLEARED, on_pages=True),
    HeldBack("review begun anew", BEGUN_ANEW, on_pages=True),
)

retention.table.add(
    *certificate_privacy.RULES,
    *import_privacy.RULES,
    retention.Rule(
        key="application-draft",
        what="An Application for Certification that was begun and not submitted",
        covers=("certification.Application", "certification.MedicalSchoolAttendance"),
        since="your last answer",
        why="So that you can stop and go on later; we write to you 14 days before it ends",
        period=timedelta(days=settings.APPLICATION_DRAFT_DAYS),
        due=Application.objects.drafts_unchanged_since,
    ),
    retention.Rule(
        key="certification",
        what="Your certification: education, examinations, pathways, credentials, certificate, findings, holds",
        covers=(
            "certification.IssueCandidate",
            *(
                model
                for model in registry.holdings
                if model.startswith("certification.") and model not in import_privacy.RULES[0].covers
            ),
        ),
        since="the day it was recorded",
        why="Licensing authorities rely on it for your whole working life",
        ends_with="Deleted when you ask for it and we agree; certificate, findings and the holds of their cases stay",
    ),
)
