"""The facts of a person as of a date: reads the record and lets the rules judge it."""

from datetime import date

from applicants.models import Applicant
from applicants.services.names import former_name_on, name_on
from certification.facts import AnnotationFact, CertificationFacts, EducationFact, Name
from certification.models import Credential, MedicalEducation
from certification.rules import credentials
from certification.rules.credentials import CredentialRecord
from certification.rules.requirements import requirements
from certification.services.evaluation import evaluate_person

PREFETCHED = ("verified_names", "credentials__status_changes", "annotations")


def facts_as_of(*, applicant_id: int, as_of: date) -> CertificationFacts:
    """Return everything a report states of a person on `as_of` (US Eastern); later entries are ignored.

    What is met, and the certificate with its end, is what the engine answers for that day. Eight queries whatever the record
    holds. Raises Applicant.DoesNotExist.
    """
    loaded = Applicant.objects.select_related("education__school").prefetch_related(*PREFETCHED)
    applicant = loaded.annotate(former_name=former_name_on(as_of)).get(pk=applicant_id)
    verdict = evaluate_person(applicant, as_of)
    education = _education(getattr(applicant, "education", None), as_of)
    of_record = name_on(applicant, applicant.former_name)
    name = Name(of_record.family_name, of_record.given_names)
    return CertificationFacts(
        as_of=as_of,
        rules_version=verdict.rules_version,
        answer=verdict.answer,
        certificate=verdict.certificate,
        education=education,
        name=name,
        native_script_name=of_record.native_script_name,
        other_verified_names=_other_names(applicant, as_of, besides=name),
        birth_date=applicant.birth_date,
        identification_number=applicant.identification_number,
        requirements=requirements(verdict),
        credentials=credentials.statements(_credentials(applicant), education.school if education else "", as_of),
        annotations=_annotations(applicant, as_of),
    )


def _education(education: MedicalEducation | None, as_of: date) -> EducationFact | None:
    """Return school and degree; a graduation after `as_of` has not happened, and with it no degree."""
    if education is None:
        return None
    graduated = education.graduation_on is not None and education.graduation_on <= as_of
    return EducationFact(
        school=education.school_name,
        city=education.school.city,
        country=str(education.school.country.name),
        degree_title=education.degree_title if graduated else "",
        graduation_on=education.graduation_on if graduated else None,
    )


def _other_names(applicant: Applicant, as_of: date, *, besides: Name) -> tuple[Name, ...]:
    """Return the other names verified by then; one that has become the name of record again is not another one."""
    rows = [row for row in applicant.verified_names.all() if row.verified_on <= as_of]
    rows.sort(key=lambda row: (row.verified_on, row.pk))
    names = [Name(row.family_name, row.given_names) for row in rows]
    return tuple(name for name in names if name != besides)


def _credentials(applicant: Applicant) -> list[CredentialRecord]:
    rows = sorted(applicant.credentials.all(), key=lambda row: row.pk)
    return [CredentialRecord(row.get_kind_display(), row.issuer, _statuses(row)) for row in rows]


def _statuses(credential: Credential) -> tuple[tuple[date, str], ...]:
    changes = sorted(credential.status_changes.all(), key=lambda change: change.pk)
    return tuple((change.on, change.get_status_display()) for change in changes)


def _annotations(applicant: Applicant, as_of: date) -> tuple[AnnotationFact, ...]:
    rows = [
        row
        for row in applicant.annotations.all()
        if row.decided_on <= as_of and (row.annulled_on is None or row.annulled_on > as_of)
    ]
    rows.sort(key=lambda row: (row.decided_on, row.pk))
    return tuple(AnnotationFact(row.text, row.explanation, row.decided_on) for row in rows)
