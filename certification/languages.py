"""Languages of documents, by code. English needs no translation (R-CRED-10)."""

from django.conf.locale import LANG_INFO

ENGLISH = "en"
OTHER = "other"
# Languages of diplomas that the framework does not name.
_MORE = {"am": "Amharic", "la": "Latin", "si": "Sinhala", "tl": "Filipino", "ps": "Pashto", "km": "Khmer", "lo": "Lao"}


def _names() -> dict[str, str]:
    known = {code: str(info["name"]) for code, info in LANG_INFO.items() if "-" not in code and "name" in info}
    return dict(sorted({**known, "zh": "Chinese", **_MORE}.items(), key=lambda item: item[1]))


NAMES = _names()
CHOICES = [
    (ENGLISH, "English"),
    *((code, name) for code, name in NAMES.items() if code != ENGLISH),
    (OTHER, "Another language"),
]
LABELS = dict(CHOICES)
