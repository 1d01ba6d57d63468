"""The rendered report: what it prints, in which scripts, on how many pages, and that it depends on the snapshot alone."""

import socket
from dataclasses import replace
from io import BytesIO
from subprocess import run

import pytest
from pypdf import PdfReader

from cvs.rendering import UnknownTemplateVersionError, render_report, report_html
from cvs.snapshot import Paper, Requirement
from portal.pdf import UnprintableTextError
from tests.cvs.snapshots import (
    EXPIRED,
    LONG_SCHOOL,
    NOT_CERTIFIED,
    ORDINARY,
    REVISED,
    REVOKED,
    annotated,
    named,
)

LETTER_POINTS = (612, 792)
A4_POINTS = (595, 842)


def _reader(snapshot):
    return PdfReader(BytesIO(render_report(snapshot)))


def _text(snapshot) -> str:
    """Return the text as a reader extracts it, spaces and line breaks made one space."""
    pdf = render_report(snapshot)
    extracted = run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(extracted.stdout.decode().split())


def test_same_snapshot_gives_the_same_bytes():
    assert render_report(ORDINARY) == render_report(ORDINARY)


def test_ordinary_report_prints_every_required_field():
    text = _text(ORDINARY)

    for printed in (
        "Certification Status Report",
        "Status report CV-2026-004817-01",
        "June 3, 2026, 10:05 AM ET; data as of June 3, 2026",
        "Medical Board of California",
        "2005 Example Street",
        "Sacramento, CA 95815",
        "United States",
        "Name of record Okonkwo, Amara Chidinma",
        "Other verified names None",
        "February 14, 1997",
        "0-482-137-5",
        "Certified: Yes",
        "Certificate number: C-0931-447.",
        "Issue date: May 20, 2026.",
        "Valid through: December 31, 2027.",
        "concerns entry into graduate medical education",
        "Step 1 Met November 4, 2025 Passed",
        "Step 2 CK Met March 9, 2026 Passed",
        "Clinical skills Met April 2, 2026 Pathway 1, 2026 season",
        "Communication skills Met March 28, 2026 OET Medicine",
        "Lagos, Nigeria",
        "MB BS",
        "2021",
        "Final medical diploma University of Lagos Verified May 11, 2026",
        "Transfer transcripts – Not applicable –",
        "Annotations: none.",
        "It may not be sold or passed on.",
        "7Q4K-M2XP-9RTD-H6VZ",
        "portal.example.org/verify",
        "Rosa Santos",
        "CV-2026-004817-01 · 0-482-137-5 · code 7Q4K-M2XP-9RTD-H6VZ",
        "Page 1 of 1",
    ):
        assert printed in text


def test_empty_fields_are_printed():
    bare = replace(
        NOT_CERTIFIED,
        education=replace(ORDINARY.education, school="", city=None, country="", degree_title=None, degree_year=None),
        requirements=(),
        credentials=(),
        disclaimer=(),
    )

    text = _text(bare)

    assert "Medical school None City and country None" in text
    assert "Degree title None Degree year None" in text
    assert "Certified: No" in text
    assert "Certificate number: not applicable. Issue date: not applicable. Valid through: not applicable." in text
    assert "None Not applicable – –" in text
    assert "None – Not received –" in text


def test_unmet_requirement_says_so_without_a_date():
    text = _text(NOT_CERTIFIED)

    assert "Step 2 CK Not met – –" in text
    assert "Final medical diploma University of Lagos In progress May 11, 2026" in text
    assert "Transfer transcripts Universidad de Example Refused April 30, 2026" in text


def test_revoked_certificate_prints_its_annotation():
    text = _text(REVOKED)

    assert "Certified: Revoked" in text
    assert "January 15, 2026: Certificate revoked by the credentials committee" in text
    assert "The committee found that a document was altered." in text
    assert "Annotations: none." not in text


def test_expired_certificate_says_what_expired():
    text = _text(EXPIRED)

    assert "Certified: Expired" in text
    assert "Valid through: December 31, 2024." in text
    assert "no longer allows entry into graduate medical education" in text


def test_revised_report_names_the_one_it_replaces():
    text = _text(REVISED)

    assert "Revised report, version 2. It replaces report CV-2026-004817-01, which is no longer current." in text
    assert "Revised report" not in _text(ORDINARY)


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ánh Łukasz Þórður Ğül Ľubomír Žofia",
        "Ελένη Παπαδοπούλου",
        "Александр Щербаков",
        "दीपक शर्मा",
        "สมชาย ใจดี",
        "張曉明",
        "さくら",
        "김민준",
    ],
)
def test_name_in_any_script_is_embedded_and_extractable(name):
    snapshot = named("Family", "Given", name)

    assert name.replace(" ", "") in _text(snapshot).replace(" ", "")


@pytest.mark.parametrize("name", ["فاطمة المنصوري", "דוד כהן"])
def test_right_to_left_name_is_shaped_and_extractable(name):
    snapshot = named("Family", "Given", name)

    text = _text(snapshot)

    for word in name.split():
        assert word in text


def _fonts(snapshot):
    """Yield every font of the document with the fonts it descends to."""
    for page in _reader(snapshot).pages:
        for font in page["/Resources"]["/Font"].values():
            yield font.get_object()


def test_name_that_no_font_can_show_is_refused_instead_of_printing_boxes():
    with pytest.raises(UnprintableTextError, match=r"U\+E001"):
        render_report(named("Family", "Given", "\ue001"))


def test_all_fonts_are_embedded_subsets():
    snapshot = named("Family", "Given", "張曉明 فاطمة")

    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in _fonts(snapshot)]

    assert len(descriptors) >= 5
    assert all("/FontFile2" in descriptor or "/FontFile3" in descriptor for descriptor in descriptors)


@pytest.mark.parametrize("snapshot", [ORDINARY, NOT_CERTIFIED, REVOKED, EXPIRED, REVISED], ids=lambda s: s.number)
def test_ordinary_records_fit_on_one_letter_page(snapshot):
    pages = _reader(snapshot).pages

    assert len(pages) == 1
    assert (round(pages[0].mediabox.width), round(pages[0].mediabox.height)) == LETTER_POINTS


def test_a4_is_used_when_the_snapshot_says_so():
    pages = _reader(replace(ORDINARY, paper=Paper.A4)).pages

    assert len(pages) == 1
    assert (round(pages[0].mediabox.width), round(pages[0].mediabox.height)) == A4_POINTS


def test_long_names_wrap_and_stay_complete():
    snapshot = named("W" * 30 + " Vandenbergheschoonhoven", "Maximiliana Alexandrovna Konstantinovna")

    assert len(_reader(snapshot).pages) <= 2
    assert "".join(_text(snapshot).split()).count("W" * 20) == 1


def test_school_of_two_hundred_characters_is_printed_in_full():
    words = set(LONG_SCHOOL.education.school.split())

    text = _text(LONG_SCHOOL)

    assert len(LONG_SCHOOL.education.school) == 200
    assert words <= set(text.replace(",", " ").split())
    assert len(_reader(LONG_SCHOOL).pages) <= 2


def test_many_annotations_continue_on_a_second_page_with_the_footer():
    snapshot = annotated(6)
    pages = [page.extract_text() for page in _reader(snapshot).pages]

    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 2" in page
        assert "CV-2026-004817-01 · 0-482-137-5 · code 7Q4K-M2XP-9RTD-H6VZ" in page
    assert "Finding 5 of the credentials committee" in "".join(pages)


@pytest.mark.parametrize("count", range(1, 9))
def test_heading_is_never_the_last_line_of_a_page(count):
    pages = [page.extract_text() for page in _reader(annotated(count)).pages]

    for page in pages:
        body = [line for line in page.splitlines() if line.strip() and "Page " not in line and " · " not in line]
        assert body[-1] not in {"Annotations", "Requirements for certification", "Physician"}


def test_markup_in_a_name_is_printed_as_text():
    assert "<b>Smith</b>, <img src=x> & Co" in _text(named("<b>Smith</b>", "<img src=x> & Co"))


def test_document_is_tagged_and_described_for_assistive_software():
    reader = _reader(ORDINARY)
    catalog = reader.trailer["/Root"]

    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-US"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Certification Status Report CV-2026-004817-01"
    assert reader.metadata.author == "IMG Certification Portal"
    assert (
        b"<pdfuaid:part>1" in catalog["/Metadata"].get_data() or b'pdfuaid:part="1"' in catalog["/Metadata"].get_data()
    )


def _structure(node, found):
    for kid in node.get("/K", []) if isinstance(node.get("/K"), list) else []:
        child = kid.get_object()
        if isinstance(child, dict) and "/S" in child:
            found.append(child)
            _structure(child, found)
    return found


def test_headings_tables_and_the_qr_are_in_the_tag_tree():
    elements = _structure(_reader(ORDINARY).trailer["/Root"]["/StructTreeRoot"], [])
    tags = [element["/S"] for element in elements]
    figures = [element for element in elements if element["/S"] == "/Figure"]

    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 4
    assert tags.count("/Table") == 2
    assert [figure["/Alt"] for figure in figures] == ["QR code that opens the page where this report can be checked"]


def test_document_is_dated_by_its_snapshot():
    metadata = _reader(ORDINARY).metadata

    assert metadata.creation_date == ORDINARY.issued_at
    assert metadata.modification_date == ORDINARY.issued_at


def test_rendering_opens_no_connection(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("rendering tried to connect")

    monkeypatch.setattr(socket, "socket", refuse)

    assert render_report(ORDINARY).startswith(b"%PDF-1.7")


def test_unknown_template_version_is_refused():
    with pytest.raises(UnknownTemplateVersionError, match="'v0'"):
        report_html(replace(ORDINARY, template_version="v0"))


def test_neither_scores_nor_attempts_are_printed():
    how = Requirement("Step 1", met=True, on=None, how="Passed")

    text = _text(replace(ORDINARY, requirements=(how,))).lower()

    assert "attempt" not in text
    assert text.count("score") == 1
    assert "examination scores are not part of this report." in text
