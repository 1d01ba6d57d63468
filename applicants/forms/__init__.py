"""Forms of people."""

from applicants.forms.contact import ContactForm
from applicants.forms.passwords import ChangePasswordForm, FirstPasswordForm, ForgottenPasswordForm, NewPasswordForm
from applicants.forms.privacy import CorrectionForm, DeletionForm
from applicants.forms.second_factor import (
    ActivateAuthenticatorForm,
    AddPasskeyForm,
    CodeForm,
    ConfirmCodeForm,
    ConfirmPasskeyForm,
    PasskeyAloneForm,
    PasskeyForm,
)
from applicants.forms.sign_in import SignInForm, StaffSignInForm

__all__ = [
    "ActivateAuthenticatorForm",
    "AddPasskeyForm",
    "ChangePasswordForm",
    "CodeForm",
    "ConfirmCodeForm",
    "ConfirmPasskeyForm",
    "ContactForm",
    "CorrectionForm",
    "DeletionForm",
    "FirstPasswordForm",
    "ForgottenPasswordForm",
    "NewPasswordForm",
    "PasskeyAloneForm",
    "PasskeyForm",
    "SignInForm",
    "StaffSignInForm",
]
