"""Django's entry for the applicants app."""

from importlib import import_module

from django.apps import AppConfig


class ApplicantsConfig(AppConfig):
    """People."""

    name = "applicants"
    verbose_name = "People"

    def ready(self) -> None:
        """Hear of everything that changes how somebody signs in."""
        # Models can be imported only now.
        account, mfa, auth = (
            import_module(f"{name}.signals") for name in ("allauth.account", "allauth.mfa", "django.contrib.auth")
        )
        events = import_module("applicants.services.sign_in_events")
        rotation, secrets = import_module("portal.rotation"), import_module("applicants.services.secret_rotation")
        rotation.ELSEWHERE[secrets.LABEL] = secrets.rotate_authenticators
        account.user_logged_in.connect(events.signed_in)
        auth.user_logged_in.connect(import_module("applicants.session_clock").begin)
        auth.user_logged_out.connect(events.signed_out)
        account.password_changed.connect(events.password_changed)
        account.password_set.connect(events.password_changed)
        account.password_reset.connect(events.password_replaced)
        mfa.authentication_failed.connect(events.code_refused)
        mfa.authenticator_added.connect(events.second_factor_added)
        mfa.authenticator_removed.connect(events.second_factor_removed)
        mfa.authenticator_reset.connect(events.recovery_codes_made)
