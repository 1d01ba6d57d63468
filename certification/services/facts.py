"""The facts of a person as of a date: reads the record and lets the rules judge it."""

from datetime import date

from applicants.models import Applicant
from applicants.services.names import former_name_on, name_on
from certification import rules
from certification.facts import AnnotationFact, CertificationFacts, EducationFact, Name
from certification.models import Certificate, Credential, MedicalEducation
from certification.rules import certificates, credentials, requirements
from certification.rules.facts import Exam, WindowException
from certification.rules.record import Acceptance, CertificateRecord, CredentialRecord, Sitting
from certification.services.rule_tables import current_tables
from certification.states import CertificateChangeKind
from portal.eastern import eastern_date

PREFETCHED = (
    "verified_names",
    "examination_results",
    "pathway_acceptances",
    "credentials__status_changes",
    "annotations",
    "window_exceptions",
)


def facts_as_of(*, applicant_id: int, as_of: date) -> CertificationFacts:
    """Return everything a report states of a person on `as_of` (US Eastern); later entries are ignored.

    Nine queries whatever the record holds. Raises Applicant.DoesNotExist.
    """
    loaded = Applicant.objects.select_related("education__school", "certificate").prefetch_related(*PREFETCHED)
    applicant = loaded.annotate(former_name=former_name_on(as_of)).get(pk=applicant_id)
    held = getattr(applicant, "certificate", None)
    certificate = certificate_record(held, as_of) if held else None
    education = _education(getattr(applicant, "education", None), as_of)
    of_record = name_on(applicant, applicant.former_name)
    name = Name(of_record.family_name, of_record.given_names)
    return CertificationFacts(
        as_of=as_of,
        rules_version=rules.RULES_VERSION,
        answer=certificates.answer(certificate, as_of),
        certificate=certificates.fact(certificate, as_of),
        education=education,
        name=name,
        native_script_name=of_record.native_script_name,
        other_verified_names=_other_names(applicant, as_of, besides=name),
        birth_date=applicant.birth_date,
        identification_number=applicant.identification_number,
        requirements=requirements.requirements(
            _sittings(applicant),
            _acceptances(applicant),
            certificate.issued_on if certificate else None,
            as_of,
            requirements.Limits(current_tables(), _longer_limits(applicant)),
        ),
        credentials=credentials.statements(_credentials(applicant), education.school if education else "", as_of),
        annotations=_annotations(applicant, as_of),
    )


def certificate_record(certificate: Certificate, as_of: date) -> CertificateRecord:
    """Return the certificate as the rules read it for `as_of`; one query more where it was extended after that day."""
    return CertificateRecord(
        number=certificate.number,
        issued_on=certificate.issued_on,
        valid_through=certificate.valid_through,
        made_permanent_on=certificate.made_permanent_on,
        revoked_on=certificate.revoked_on,
        extended=_extensions(certificate) if certificate.extended_on and certificate.extended_on > as_of else (),
    )


def _extensions(certificate: Certificate) -> tuple[tuple[date, date], ...]:
    rows = certificate.changes.filter(kind=CertificateChangeKind.EXTENDED).order_by("pk")
    return tuple((change.on, change.valid_through_before) for change in rows if change.valid_through_before is not None)


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


def _sittings(applicant: Applicant) -> list[Sitting]:
    results = applicant.examination_results.all()
    return [Sitting(row.examination, row.taken_on, row.reported_on, row.passed) for row in results]


def _longer_limits(applicant: Applicant) -> tuple[WindowException, ...]:
    """Return the longer time limits granted to the person (R-EXAM-4)."""
    rows = applicant.window_exceptions.all()
    return tuple(
        WindowException(
            exam=Exam(row.examination), new_end_date=row.new_end_on, granted_on=eastern_date(row.granted_at)
        )
        for row in rows
    )


def _acceptances(applicant: Applicant) -> list[Acceptance]:
    rows = applicant.pathway_acceptances.all()
    return [Acceptance(row.pathway, row.season, row.accepted_on, row.oet_on, row.valid_through) for row in rows]


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
