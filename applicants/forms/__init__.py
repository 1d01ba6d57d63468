"""Forms of people."""

from applicants.forms.contact import ContactForm
from applicants.forms.sign_in import SignInForm

__all__ = ["ContactForm", "SignInForm"]
