"""How people sign in: passwords, attempts, second factors. Part of `portal.settings`; nothing depends on the environment."""

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"applicants.passwords.{name}"}
    for name in ("LengthValidator", "CommonListValidator", "PatternValidator", "PersonalWordsValidator")
]
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "applicants.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "applicants.forms.SignInForm",
    "change_password": "applicants.forms.ChangePasswordForm",
    "set_password": "applicants.forms.FirstPasswordForm",
    "reset_password": "applicants.forms.ForgottenPasswordForm",
    "reset_password_from_key": "applicants.forms.NewPasswordForm",
}
# Of Django: the one of allauth writes into the table of addresses whenever somebody asks for a link.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "landing"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USERNAME_MIN_LENGTH = 5
# None lasts longer than an hour: nobody can lock another person out for good.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/5m/ip,5/5m/key",
    "reauthenticate": "10/5m/user",
    "change_password": "5/5m/user",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/h/ip",
}
# So long a sign-in, or a confirmation, is fresh enough for changing how one signs in.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60

MFA_ADAPTER = "applicants.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "applicants.forms.CodeForm",
    "reauthenticate": "applicants.forms.ConfirmCodeForm",
    "activate_totp": "applicants.forms.ActivateAuthenticatorForm",
    "add_webauthn": "applicants.forms.AddPasskeyForm",
    "login_webauthn": "applicants.forms.PasskeyAloneForm",
    "authenticate_webauthn": "applicants.forms.PasskeyForm",
    "reauthenticate_webauthn": "applicants.forms.ConfirmPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The code before and the one after the current one are taken as well (RFC 6238 section 5.2); each works once.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
# An address is confirmed before it becomes the account's; allauth's own table of addresses knows nothing of that.
MFA_ALLOW_UNVERIFIED_EMAIL = True
