"""Forms whose answers are kept while they are typed, before they are answers."""

from collections.abc import Mapping

from django import forms

from certification.services.typed import Typed

LONGEST_TYPED = 250


class KeepsTyped(forms.Form):
    """A form that tells what stands in it, right or not, and shows it again; files are not kept."""

    def typed(self) -> dict[str, str | list[str]]:
        """Return what stands in the fields, right or not, as texts; a date in its parts."""
        given = {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
            if not isinstance(field, forms.FileField)
        }
        return {
            name: [_text(one) for one in value] if isinstance(value, list) else _text(value)
            for name, value in given.items()
        }

    @classmethod
    def with_typed(cls, known: Mapping[str, object], typed: Typed) -> dict[str, object]:
        """Return what the fields show at first: what is `known`, and over it what was typed since."""
        return {**known, **{name: value for name, value in typed.items() if name in cls.base_fields}}


def _text(value: object) -> str:
    return str(value or "").replace("\x00", "")[:LONGEST_TYPED]
