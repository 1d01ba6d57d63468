"""Which messages a person also wants by e-mail."""

from collections.abc import Mapping

from django import forms

from portal.inbox.catalogue import optional_kinds


class MessagePreferencesForm(forms.Form):
    """One box for each optional kind of message; `now` says which are ticked. Other names in the data are not read."""

    def __init__(self, data: Mapping[str, str] | None = None, *, now: Mapping[str, bool]) -> None:
        super().__init__(data, initial=dict(now), label_suffix="")
        for kind in optional_kinds():
            self.fields[kind.template] = forms.BooleanField(label=kind.words, required=False)

    def wanted(self) -> dict[str, bool]:
        """Return the choice for each optional kind."""
        return {name: bool(value) for name, value in self.cleaned_data.items()}
