"""The identity form as a PDF, from facts alone."""

from collections.abc import Mapping

from portal import pdf


def render_identity_form(facts: Mapping[str, object], *, number: int) -> bytes:
    """Return the PDF/UA-1 of the form of identity check `number`; `facts` are the texts of its template.

    The same facts give the same bytes. Raises portal.pdf.FontsMissingError or portal.pdf.UnprintableTextError.
    """
    html = pdf.fill_template("pdf/identity_form/identity_form.html", facts)
    return pdf.html_to_pdf(
        html, style_sheets=["pdf/page.css", "pdf/identity_form/identity_form.css"], identifier=f"identity form {number}"
    )
