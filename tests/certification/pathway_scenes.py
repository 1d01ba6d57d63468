"""Scenes of tests about Pathways: a physician who may apply, a till that remembers, evaluators with their links."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from applicants.models import Applicant, User
from applicants.purchases import ClosedTill, LineStanding, Purchase, Settled
from applicants.services import reviews
from applicants.services.reviews import Judgment
from certification.models import Evaluation, Evaluator, License, OetResult, PathwayAcceptance, PathwayApplication
from certification.services.pathways import deciding, drafts, evaluations, evaluators, licenses, submitting
from certification.services.pathways.drafts import LicenseAnswers, SchoolAnswers
from certification.services.pathways.evaluations import EncounterForm
from certification.services.pathways.evaluators import Declaration, Invitation
from certification.states import Examination
from portal.audit import actor_label
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.applicants.identity_scenes import scan
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import (
    ExaminationResultFactory,
    MedicalEducationFactory,
    OetResultFactory,
)
from tests.portal.upload_files import checked

# Season 2026 is open from August 19, 2025 to January 31, 2026.
AT = datetime(2025, 9, 10, 15, tzinfo=UTC)
LATER = AT + timedelta(days=5)
REVIEWED = AT + timedelta(days=80)
ACTOR = "user:1"
WATCHED = (
    PathwayApplication,
    PathwayAcceptance,
    License,
    Evaluator,
    Evaluation,
    InboxMessage,
    OutgoingEmail,
    AuditEvent,
)


@dataclass
class Till(ClosedTill):
    """Takes every order and remembers what was earned; `under_way` are lines whose payment has begun."""

    lines: dict[int, str] = field(default_factory=dict)
    earned: list[int] = field(default_factory=list)

    def price(self, fee_code: str, on: date) -> int:
        return 92500

    def add_to_order(self, *, applicant: Applicant, fee_code: str, description: str, at: datetime, actor: str) -> int:
        line = 7000 + len(self.lines)
        self.lines[line] = fee_code
        return line

    def remove_from_order(self, *, line_id: int, at: datetime) -> None:
        del self.lines[line_id]

    def standing(self, line_id: int) -> LineStanding:
        return LineStanding.WAITING if line_id in self.lines else LineStanding.GONE

    def earn(self, *, line_id: int, at: datetime, actor: str) -> None:
        self.earned.append(line_id)


def physician(
    *, sat: bool = True, failed_cs: bool = False, oet: bool = True, graduation_on: date = date(2024, 6, 20)
) -> Applicant:
    """A graduate who may apply for a Pathway: with Step 1 passed, or, without `sat`, once registered for a Step."""
    person = ApplicantFactory.create(identity_checked_on=date(2025, 1, 8))
    MedicalEducationFactory.create(applicant=person, graduation_on=graduation_on)
    if sat:
        ExaminationResultFactory.create(applicant=person)
    if failed_cs:
        ExaminationResultFactory.create(
            applicant=person, examination=Examination.STEP_2_CS, taken_on=date(2018, 5, 4),
            reported_on=date(2018, 7, 4), passed=False,
        )  # fmt: skip
    if oet:
        OetResultFactory.create(applicant=person)
    return person


def license_answers(**changes: object) -> LicenseAnswers:
    """A full license since 2016."""
    good = LicenseAnswers(
        authority="Medical and Dental Council",
        country="GH",
        number="MDC/1234",
        kind="full",
        unsupervised=True,
        met_all_requirements=True,
        disciplined=False,
        valid_from=date(2016, 3, 1),
        valid_until=None,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def with_license(person: Applicant, *, at: datetime = AT, **changes: object) -> PathwayApplication:
    """A draft with a license whose copy was checked."""
    draft = drafts.start(applicant=person, holds_license=True, at=at, actor=ACTOR)
    draft = drafts.save_license(
        key=draft.pk, answers=license_answers(**changes), file=scan(), at=at, actor=actor_label(person.user)
    )
    upload = draft.license.upload
    assert upload is not None
    checked(upload)
    return draft


def by_school(person: Applicant, claim: int | None, *, at: datetime = AT, **values: object) -> PathwayApplication:
    """A draft that rests on the school, or on encounters where `claim` is None."""
    draft = drafts.start(applicant=person, holds_license=False, at=at, actor=ACTOR)
    answers = SchoolAnswers(claim=claim, **values)  # type: ignore[arg-type]  # names of its own fields
    return drafts.save_school(key=draft.pk, answers=answers, at=at)


def sent(draft: PathwayApplication, *, at: datetime = AT) -> PathwayApplication:
    """The draft, declared and with its fee in the order."""
    return submitting.submit(key=draft.pk, declared=True, at=at, actor=ACTOR)


def settle(application: PathwayApplication, *, paid: bool = True, at: datetime = AT) -> PathwayApplication:
    """What the till says about the fee has come."""
    assert application.order_line is not None
    code = submitting.fee_code(application)
    submitting.settled(Settled(application.order_line, application.applicant_id, code, paid=paid, at=at))
    application.refresh_from_db()
    return application


def press_pay(application: PathwayApplication, *, at: datetime = AT) -> None:
    """The person presses Pay."""
    assert application.order_line is not None
    code = submitting.fee_code(application)
    submitting.placed(Purchase(application.order_line, application.applicant_id, code, at=at, actor=ACTOR))


def paid(draft: PathwayApplication, *, at: datetime = AT) -> PathwayApplication:
    """The draft, sent and paid."""
    return settle(sent(draft, at=at), at=at)


def pathway_6(**person: object) -> PathwayApplication:
    """Pathway 6, paid, of somebody who failed Step 2 CS."""
    someone = physician(failed_cs=True, **person)  # type: ignore[arg-type]  # options of a scene
    return paid(drafts.start(applicant=someone, holds_license=False, at=AT, actor=ACTOR))


def invitation(number: int = 1, **changes: object) -> Invitation:
    """An invitation to physician `number`."""
    good = Invitation(
        name="Ama Boateng",
        email=f"evaluator{number}@hospital.example",
        license_authority="Medical and Dental Council",
        license_country="GH",
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def invited(application: PathwayApplication, number: int = 1, *, at: datetime = AT) -> str:
    """Invite physician `number` and return the secret part of the link."""
    evaluators.invite(key=application.pk, invitation=invitation(number), at=at, actor=ACTOR)
    return secret_of(f"evaluator{number}@hospital.example")


def secret_of(email: str, number: int = -1) -> str:
    """The secret part of the link in a message to `email`, the newest by default."""
    texts = list(
        OutgoingEmail.objects.filter(to_email=email).order_by("created_at", "pk").values_list("text", flat=True)
    )
    found = re.search(r"/evaluate/([\w-]+)/", texts[number])
    assert found is not None
    return found.group(1)


def declaration(**changes: object) -> Declaration:
    """What a good evaluator says."""
    good = Declaration(
        license_authority="Medical and Dental Council",
        license_country="GH",
        license_number="MDC/77",
        licensed_since=date(2010, 2, 1),
        unrestricted=True,
        not_a_relative=True,
        not_paid=True,
        shares_contact=True,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def agreed(application: PathwayApplication, number: int = 1, *, at: datetime = AT) -> str:
    """Physician `number`, who has agreed; returns the secret part of the link."""
    secret = invited(application, number, at=at)
    evaluators.agree(secret=secret, declaration=declaration(), at=at)
    return secret


def encounter(day: date = date(2025, 9, 12), *, score: int = 6, **changes: object) -> EncounterForm:
    """A filled-in form."""
    good = EncounterForm(
        encounter_on=day,
        setting="hospital",
        in_person=True,
        interviewing=score,
        examination=score,
        professionalism=score,
        reasoning=score,
        comments="Took a clear history.",
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def evaluate_all(application: PathwayApplication, *, score: int = 6) -> None:
    """Six encounters by three physicians."""
    for number in (1, 2, 3):
        secret = agreed(application, number)
        for which in (1, 2):
            form = encounter(date(2025, 9, 11 + which), score=score)
            evaluations.send(secret=secret, number=which, form=form, at=LATER)
    application.refresh_from_db()


def confirm_license(application: PathwayApplication, actor: str, *, confirmed: bool = True) -> None:
    """The licensing authority answers."""
    licenses.record_answer(key=application.pk, confirmed=confirmed, note="Letter of the council", at=LATER, actor=actor)
    application.refresh_from_db()


def judgment(application: PathwayApplication, **changes: object) -> Judgment:
    """Every check made."""
    good = Judgment(checks=tuple(code for code, _ in deciding.checks_of(application)))
    return replace(good, **changes)  # type: ignore[arg-type]  # names of its own fields


def accept(application: PathwayApplication, reviewer: User, *, at: datetime = REVIEWED) -> PathwayAcceptance:
    """`reviewer` takes the application and accepts it."""
    reviews.take(PathwayApplication, application.pk, reviewer=reviewer, at=at)
    done = deciding.accept(key=application.pk, judgment=judgment(application), reviewer=reviewer, at=at)
    application.refresh_from_db()
    return done


def reject(application: PathwayApplication, reviewer: User, *, at: datetime = REVIEWED) -> bool:
    """`reviewer` takes the application and rejects it."""
    reviews.take(PathwayApplication, application.pk, reviewer=reviewer, at=at)
    said = judgment(application, return_reason="The authority does not know the license.")
    done = deciding.reject(key=application.pk, judgment=said, reviewer=reviewer, at=at)
    application.refresh_from_db()
    return done


def release_oet(person: Applicant, **scores: object) -> OetResult:
    """Results of OET Medicine arrive."""
    result: OetResult = OetResultFactory.create(applicant=person, **scores)
    return result
