"""Contrast of the colors that text is printed in, from the one file that defines them (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest
from django.conf import settings

TOKENS = dict(
    re.findall(
        r"--([\w-]+): (#[0-9a-f]{6});", (settings.BASE_DIR / "assets/scss/_tokens.scss").read_text(encoding="utf-8")
    )
)
WHITE = "#ffffff"
TEXT_ON_BACKGROUND = [
    ("ink", WHITE),
    ("ink", "wash"),
    ("ink", "quiet"),
    ("ink", "warn-wash"),
    ("muted", WHITE),
    ("muted", "wash"),
    ("muted", "quiet"),
    ("muted", "footer"),
    ("brand", WHITE),
    ("brand", "wash"),
    ("brand", "footer"),
    ("ok", WHITE),
    ("ok", "ok-wash"),
    ("warn", "warn-wash"),
    ("info", "info-wash"),
    ("info", "wash"),
    ("bad", WHITE),
    (WHITE, "brand"),
    (WHITE, "brand-deep"),
    (WHITE, "ok"),
    ("wash-line", "brand-deep"),
    ("brand-deep", "wash-line"),
]
MARK_ON_BACKGROUND = [("focus", WHITE), ("focus", "wash"), ("gold", "brand-deep"), ("brand", WHITE), ("muted", WHITE)]


def channel(value: int) -> float:
    """One channel of sRGB, 0 to 255, as light (WCAG 2.2, relative luminance)."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(color: str) -> float:
    red, green, blue = (channel(int(color[start : start + 2], 16)) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors, each the name of a token or a value such as `#ffffff`."""
    darker, lighter = sorted(luminance(TOKENS.get(color, color)) for color in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", WHITE) == pytest.approx(21)


@pytest.mark.parametrize(("text", "background"), TEXT_ON_BACKGROUND)
def test_text_can_be_read_on_its_background(text, background):
    assert contrast(text, background) >= 4.5


@pytest.mark.parametrize(("mark", "background"), MARK_ON_BACKGROUND)
def test_focus_rings_and_control_edges_stand_out(mark, background):
    assert contrast(mark, background) >= 3


def test_every_pair_names_a_token():
    named = {color for pair in TEXT_ON_BACKGROUND + MARK_ON_BACKGROUND for color in pair} - {WHITE}

    assert named <= TOKENS.keys()
