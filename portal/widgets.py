"""Widgets that Django's own templates cannot print the way the design system needs them."""

from django import forms


class RadioGroup(forms.RadioSelect):
    """Radio buttons, one below the other, inside the fieldset of the field."""

    template_name = "widgets/choices.html"


class CheckboxGroup(forms.CheckboxSelectMultiple):
    """Checkboxes, one below the other, inside the fieldset of the field."""

    template_name = "widgets/choices.html"
