"""Snapshot → HTML → PDF."""

from cvs.rendering.qr import qr_svg
from cvs.rendering.wording import report_context
from cvs.snapshot import ReportSnapshot
from portal import pdf

# Every version that was ever sent stays here, so that its reports can be rendered again.
TEMPLATE_FOLDERS = {"v1": "pdf/report/v1"}


class UnknownTemplateVersionError(ValueError):
    """The snapshot names a template version that this release does not have."""


def warm_up() -> None:
    """Load what rendering needs; call once per worker process, after the fork."""
    pdf.warm_up()


def report_html(snapshot: ReportSnapshot) -> str:
    """Return the report as HTML. Raises UnknownTemplateVersionError."""
    context = {**report_context(snapshot), "qr": qr_svg(snapshot.verification.url)}
    return pdf.fill_template(f"{_folder(snapshot)}/report.html", context)


def render_report(snapshot: ReportSnapshot) -> bytes:
    """Return the report as PDF/UA-1; the same snapshot gives the same bytes.

    Raises UnknownTemplateVersionError, portal.pdf.FontsMissingError, portal.pdf.UnprintableTextError.
    """
    return pdf.html_to_pdf(
        report_html(snapshot),
        style_sheets=["pdf/page.css", f"{_folder(snapshot)}/report.css"],
        identifier=f"{snapshot.number} version {snapshot.version}",
    )


def _folder(snapshot: ReportSnapshot) -> str:
    try:
        return TEMPLATE_FOLDERS[snapshot.template_version]
    except KeyError:
        raise UnknownTemplateVersionError(f"There is no report template {snapshot.template_version!r}.") from None
