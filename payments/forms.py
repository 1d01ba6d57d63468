"""Forms of payments: they check the shape of what was sent, services decide what it means."""

from collections.abc import Mapping
from typing import Any

from django import forms


class ReviewForm(forms.Form):
    """What the person agrees to before paying. `total_cents` is what the page showed, and decides nothing."""

    total_cents = forms.CharField(widget=forms.HiddenInput, required=False)
    use_credit = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Any = None,  # Any: QueryDict, dict or None
        *,
        credit_label: str,
        asked: Mapping[str, forms.Field],
    ) -> None:
        """Make the form with what the services in the order ask; `credit_label` is empty when there is no credit to use."""
        super().__init__(data, label_suffix="")
        self.fields["use_credit"].label = credit_label
        if not credit_label:
            del self.fields["use_credit"]
        self.fields.update(asked)

    def clean_total_cents(self) -> int:
        """Return the total that the page showed; -1, which is never right, for anything that is no amount."""
        text: str = self.cleaned_data["total_cents"]
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1

    def said(self, name: str) -> bool:
        """Tell whether the person ticked `name`; False where it was not asked."""
        return bool(self.cleaned_data.get(name))
