"""Certificate snapshot → HTML → PDF."""

from datetime import date

from certification.certificate_snapshot import CertificateSnapshot, PrintedRequirement
from portal import pdf

# Every version that was ever handed out stays here, so that its certificates can be printed again.
TEMPLATE_FOLDERS = {"v1": "pdf/certificate/v1"}
# Not strftime: its names follow the machine's locale.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FOR_LIFE = "Valid indefinitely"
ABOUT_THE_END = (
    "The certificate must be valid on the day the holder enters graduate medical education in the United States."
)


class UnknownTemplateVersionError(ValueError):
    """The snapshot names a template version that this release does not have."""


def long_date(day: date) -> str:
    """Return a date with its month in letters, read alike in every country: June 3, 2026."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def render_certificate(snapshot: CertificateSnapshot) -> bytes:
    """Return the certificate as PDF/UA-1; the same snapshot gives the same bytes.

    Raises UnknownTemplateVersionError, portal.pdf.FontsMissingError, portal.pdf.UnprintableTextError.
    """
    folder = TEMPLATE_FOLDERS.get(snapshot.template_version)
    if folder is None:
        raise UnknownTemplateVersionError(f"There is no certificate template {snapshot.template_version!r}.")
    return pdf.html_to_pdf(
        pdf.fill_template(f"{folder}/certificate.html", _context(snapshot)),
        style_sheets=["pdf/page.css", f"{folder}/certificate.css"],
        identifier=f"certificate {snapshot.number} version {snapshot.version}",
    )


def _context(snapshot: CertificateSnapshot) -> dict[str, object]:
    """Return everything the template prints, as text."""
    return {
        "title": f"Certificate {snapshot.number}",
        "subject": "Certificate of medical education and examinations",
        "created": snapshot.made_at.isoformat(timespec="seconds"),
        "paper": "letter",
        "organization": snapshot.issuer,
        "number": snapshot.number,
        "name": f"{snapshot.given_names} {snapshot.family_name}".strip(),
        "native_script_name": snapshot.native_script_name,
        "issued_on": long_date(snapshot.issued_on),
        "valid_through": long_date(snapshot.valid_through) if snapshot.valid_through else FOR_LIFE,
        "about_the_end": ABOUT_THE_END if snapshot.valid_through else "",
        "requirements": [_requirement(one) for one in snapshot.requirements],
        "version": str(snapshot.version) if snapshot.version > 1 else "",
        "made_on": long_date(snapshot.made_at.date()),
        "verify_page": snapshot.verify_page.removeprefix("https://").removeprefix("http://"),
    }


def _requirement(requirement: PrintedRequirement) -> dict[str, str]:
    return {
        "label": requirement.label,
        "how": requirement.how or "Met",
        "on": long_date(requirement.on) if requirement.on else "\u2013",
    }
