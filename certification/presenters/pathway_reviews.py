"""What staff see of an application for a Pathway."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from certification.models import COMPONENTS, PathwayApplication
from certification.services.pathways import progress

REASONS: Mapping[str, tuple[str, str]] = {
    "license": ("License not confirmed", "The licensing authority did not confirm your license."),
    "supervision": ("Supervision", "Your license does not permit practice without supervision."),
    "discipline": ("Disciplinary action", "The licensing authority told us of a disciplinary action."),
    "school": ("School", "What you stated of your medical school could not be confirmed."),
    "attestation": ("No attestation", "Your school did not attest your clinical skills."),
    "registration": ("Not registered", "The registration for a Step that you stated was not found."),
    "evaluator": ("Evaluator", "An evaluator does not meet the conditions."),
    "scores": ("Scores", "The scores stay below the threshold, and the committee did not accept them."),
}


def facts_shown(application: PathwayApplication, *, at: datetime) -> list[tuple[str, str]]:
    """Return what the person stated and what others sent, as (term, value)."""
    shown = [("Renews a Pathway", "Yes")] if application.is_revalidation else []
    if application.registered_on is not None:
        shown.append(("Registered for a Step, as stated", f"{application.registered_on:%B %-d, %Y}"))
    license_ = getattr(application, "license", None)
    if license_ is not None:
        until = f" to {license_.valid_until}" if license_.valid_until else ""
        shown += [
            ("Authority", f"{license_.authority}, {license_.country.name}"),
            ("Number", license_.number),
            ("License", str(license_.get_kind_display())),
            ("Without supervision", _yes(license_.unsupervised)),
            ("All requirements met", _yes(license_.met_all_requirements)),
            ("Disciplinary action", _yes(license_.disciplined)),
            ("Valid", f"{license_.valid_from}{until}"),
            ("Authority says", f"{license_.get_confirmation_display()}. {license_.confirmation_note}".strip()),
        ]
    basis = getattr(application, "school_basis", None)
    if basis is not None:
        named = (basis.agency, basis.partner_school, basis.examination_name)
        shown += [
            ("School", basis.school.name),
            ("Graduation", str(basis.graduation_on or "Not known")),
            ("Qualifies by", " ".join(words for words in named if words) or "Nothing stated"),
        ]
    if application.paid_at is not None:
        shown += [(part.name, part.text) for part in progress.parts_of(application, at=at)]
    return shown


def _yes(answer: bool) -> str:
    return "Yes" if answer else "No"


@dataclass(frozen=True)
class EvaluationShown:
    """One evaluation with its evaluator; `scores` in the order of the components."""

    evaluator: str
    license: str
    on: str
    setting: str
    scores: tuple[int, ...]
    comments: str


def evaluations_shown(application: PathwayApplication) -> list[EvaluationShown]:
    """Return what evaluators sent."""
    return [
        EvaluationShown(
            evaluator=one.evaluator.name,
            license=f"{one.evaluator.license_authority}, {one.evaluator.license_number}, "
            f"since {one.evaluator.licensed_since}",
            on=str(one.encounter_on),
            setting=str(one.get_setting_display()),
            scores=tuple(getattr(one, name) for name in COMPONENTS),
            comments=one.comments,
        )
        for one in progress.evaluations_of(application)
    ]
