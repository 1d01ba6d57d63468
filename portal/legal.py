"""Which text of the terms and of the privacy notice a person agreed to."""

from hashlib import sha256

from django.template import loader

TEXTS = {"terms": "portal/terms.html", "privacy": "portal/privacy.html"}
_LENGTH = 12


def version_of(text: str) -> str:
    """Return a short name for the wording of `text` ("terms" or "privacy") that is in force; another wording, another name.

    It is the beginning of the SHA-256 of the page's template, so that the exact text can be found in the history of the
    code. Raises KeyError for any other text.
    """
    template = loader.get_template(TEXTS[text])
    source: str = template.template.source  # type: ignore[attr-defined]  # what Django's own engine returns has it
    return sha256(source.encode()).hexdigest()[:_LENGTH]
