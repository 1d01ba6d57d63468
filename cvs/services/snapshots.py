"""Turns the facts of a person into the frozen snapshot that a report prints."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from applicants.names import printed_name
from certification.facts import CertificationAnswer, CertificationFacts, CredentialFact
from cvs import snapshot as printed
from cvs.models import IssuedReport, ReportRequest

DISCLAIMER = (
    "This report may be used only for the purpose the physician authorized. It may not be sold or passed on.",
    (
        "Examination scores are not part of this report. If a fact changes, a revised report with a new number is sent; "
        "this one stays on record."
    ),
)


@dataclass(frozen=True)
class Identity:
    """Number and codes of a report that is about to be made."""

    number: str
    version: int
    replaces: IssuedReport | None
    url_code: str
    short_code: str
    acknowledge_code: str


def report_number(request: ReportRequest, version: int) -> str:
    """Return the number of a request's report: order, position, and from the second version on the revision."""
    number = f"{request.order_line.order.reference}-{request.position:02d}"
    return number if version == 1 else f"{number}-R{version}"


def _certification(facts: CertificationFacts) -> printed.Certification:
    certificate = facts.certificate
    if certificate is None or facts.answer is CertificationAnswer.REVOKED:
        validity = printed.Validity.NOT_APPLICABLE
    else:
        validity = printed.Validity.THROUGH if certificate.valid_through else printed.Validity.INDEFINITE
    return printed.Certification(
        status=printed.CertificationStatus(facts.answer.value),
        certificate_number=certificate.number if certificate else None,
        issued_on=certificate.issued_on if certificate else None,
        validity=validity,
        valid_through=certificate.valid_through if certificate and validity is printed.Validity.THROUGH else None,
    )


def _recipient(request: ReportRequest) -> printed.Recipient:
    authority = request.authority
    city = " ".join(part for part in (f"{authority.city},", authority.region, authority.postal_code) if part)
    return printed.Recipient(
        name=authority.name, address=(authority.line1, city.rstrip(",")), country=str(authority.country.name)
    )


def _physician(facts: CertificationFacts) -> printed.Physician:
    return printed.Physician(
        family_name=facts.name.family_name,
        given_names=facts.name.given_names,
        native_name=facts.native_script_name or None,
        other_verified_names=tuple(
            printed_name(name.family_name, name.given_names) for name in facts.other_verified_names
        ),
        birth_date=facts.birth_date,
        identification_number=facts.identification_number,
    )


def _education(facts: CertificationFacts) -> printed.MedicalEducation:
    education = facts.education
    if education is None:
        return printed.MedicalEducation(school="", city=None, country="", degree_title=None, degree_year=None)
    return printed.MedicalEducation(
        school=education.school,
        city=education.city or None,
        country=education.country,
        degree_title=education.degree_title or None,
        degree_year=education.graduation_on.year if education.graduation_on else None,
    )


def _credential(fact: CredentialFact) -> printed.Credential:
    status = printed.CredentialStatus(fact.status.lower().replace(" ", "_"))
    return printed.Credential(kind=fact.kind, issuer=fact.issuer, status=status, on=fact.on)


def _organization() -> printed.Organization:
    block = settings.ORGANIZATION
    return printed.Organization(
        name=block["name"],
        address=block["address"],
        email=block["email"],
        signatory=block["signatory"],
        signatory_title=block["signatory_title"],
    )


def build_snapshot(
    *, request: ReportRequest, facts: CertificationFacts, identity: Identity, at: datetime
) -> printed.ReportSnapshot:
    """Return everything that the report for `request` prints, issued at `at`.

    `request` has its authority and its order line's order loaded. Raises ValueError when the facts contradict themselves.
    """
    return printed.ReportSnapshot(
        report_type=printed.ReportType.STATUS,
        number=identity.number,
        version=identity.version,
        replaces=identity.replaces.number if identity.replaces else None,
        issued_at=at,
        as_of=facts.as_of,
        rules_version=facts.rules_version,
        template_version=printed.TEMPLATE_VERSION,
        paper=printed.Paper(settings.REPORT_PAPER),
        recipient=_recipient(request),
        physician=_physician(facts),
        education=_education(facts),
        certification=_certification(facts),
        requirements=tuple(printed.Requirement(r.label, r.met, r.on, r.how) for r in facts.requirements),
        credentials=tuple(_credential(fact) for fact in facts.credentials),
        annotations=tuple(printed.Annotation(a.text, a.explanation, a.decided_on) for a in facts.annotations),
        disclaimer=DISCLAIMER,
        organization=_organization(),
        verification=printed.Verification(
            url=f"{settings.BASE_URL}/v/{identity.url_code}/",
            page_url=f"{settings.BASE_URL}/verify/",
            short_code=identity.short_code,
        ),
    )
