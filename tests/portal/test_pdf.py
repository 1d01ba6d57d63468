"""The plumbing of documents: only our fonts are loaded, and a machine without them is told what to do."""

import gc

import pytest

from portal import pdf


def test_missing_fonts_name_the_remedy(tmp_path):
    with pytest.raises(pdf.FontsMissingError, match=r"PublicSans-Regular\.woff2.*Run `\./dev assets`"):
        pdf.Typesetter(fonts_dir=tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "portal-font:../../settings.py",
        "portal-font:Other.woff2",
    ],
)
def test_document_that_loads_anything_else_is_refused(address):
    html = f'<html lang="en"><title>x</title><p><img alt="x" src="{address}"></p></html>'

    with pytest.raises(pdf.ForbiddenResourceError, match="only our own fonts"):
        pdf.html_to_pdf(html, style_sheets=["pdf/page.css"], identifier="x")


def test_font_is_given_by_name():
    fetcher = pdf.OwnFontsOnly({"A.woff2": b"bytes"})

    assert fetcher.fetch("portal-font:A.woff2").read() == b"bytes"


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_left_as_it_was_found(enabled):
    was_enabled = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        pdf.html_to_pdf('<html lang="en"><title>x</title><p>x</p></html>', style_sheets=[], identifier="x")

        assert gc.isenabled() is enabled
    finally:
        gc.enable() if was_enabled else gc.disable()


def test_fonts_and_style_sheets_are_loaded_once():
    pdf.warm_up()
    pdf.html_to_pdf('<html lang="en"><title>x</title></html>', style_sheets=["pdf/page.css"], identifier="x")
    sheet = pdf.typesetter()._style_sheets["pdf/page.css"]

    pdf.html_to_pdf('<html lang="en"><title>y</title></html>', style_sheets=["pdf/page.css"], identifier="y")

    assert pdf.typesetter()._style_sheets["pdf/page.css"] is sheet
