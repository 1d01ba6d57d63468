"""The field with which people upload a file, for any form."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal.models import Refusal
from portal.models.uploads import MOST_BYTES
from portal.uploads import names


class DropZone(forms.FileInput):
    """A real file input inside a zone onto which a file can be dropped."""

    template_name = "widgets/drop_zone.html"

    # Any: as Django declares it
    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add what the script needs to say at once that a file is too big."""
        context = super().get_context(name, value, attrs)
        return {**context, "most_bytes": MOST_BYTES, "too_big": Refusal.TOO_BIG.label}


class UploadField(forms.FileField):
    """A file for `services.receive`. What can be told at once is an error here, in the same words as everywhere."""

    widget = DropZone(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, **options: Any) -> None:  # Any: as Django declares it
        options.setdefault("help_text", "PDF, JPG or PNG, up to 10 MB and 50 pages. Scan in color, at 300 dpi.")
        super().__init__(**options)
        self.error_messages = {
            **self.error_messages,
            "required": "Select the file to upload.",
            "missing": "Select the file to upload.",
            "invalid": "Select the file to upload.",
            "empty": Refusal.EMPTY.label,
        }

    def clean(self, data: Any, initial: Any = None) -> Any:  # Any: as Django declares it
        """Return the file. Raises ValidationError with the sentence of a `Refusal`."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            refusal = _refusal(file)
            if refusal is not None:
                raise forms.ValidationError(refusal.label, code=refusal.value)
        return file


def _refusal(file: "UploadedFile[bytes]") -> Refusal | None:
    if (file.size or 0) > MOST_BYTES:
        return Refusal.TOO_BIG
    start = file.read(names.LONGEST_START)
    file.seek(0)
    return names.refusal_by_start(start, names.shown_name(file.name))
