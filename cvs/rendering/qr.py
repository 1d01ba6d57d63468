"""The QR of the verification address, as SVG drawn in the page."""

import segno
from django.utils.safestring import SafeString

QUIET_ZONE_MODULES = 4
# Trying all eight masks costs three times as much, and every mask is valid.
FIXED_MASK = 2
ALTERNATIVE_TEXT = "QR code that opens the page where this report can be checked"


def qr_svg(url: str) -> SafeString:
    """Return an SVG element, level M, dark on white, quiet zone of four modules, with its alternative text."""
    code = segno.make(url, error="m", micro=False, boost_error=False, mask=FIXED_MASK)
    svg = code.svg_inline(
        border=QUIET_ZONE_MODULES,
        dark="#000",
        light="#fff",
        title=ALTERNATIVE_TEXT,
        svgclass="check-qr",
        lineclass=None,
        omitsize=True,
    )
    # segno wrote and escaped it; the address itself is only in the pattern.
    return SafeString(svg)
