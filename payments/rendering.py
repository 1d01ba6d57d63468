"""The receipt as a PDF, from facts alone."""

from collections.abc import Mapping

from portal import pdf


def render_receipt(facts: Mapping[str, object], *, number: str) -> bytes:
    """Return the PDF/UA-1 of receipt `number`; `facts` are the texts of templates/pdf/receipt/receipt.html.

    The same facts give the same bytes. Raises portal.pdf.FontsMissingError or portal.pdf.UnprintableTextError.
    """
    html = pdf.fill_template("pdf/receipt/receipt.html", facts)
    return pdf.html_to_pdf(
        html, style_sheets=["pdf/page.css", "pdf/receipt/receipt.css"], identifier=f"receipt {number}"
    )
