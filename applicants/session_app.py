"""Django's entry for allauth's list of sessions."""

from importlib import import_module

from allauth.usersessions.apps import UserSessionsConfig


class SessionsConfig(UserSessionsConfig):  # type: ignore[misc]  # allauth has no types
    """Keeps the list with two queries a sign-in, where allauth reads every session of the person one by one."""

    def ready(self) -> None:
        """Hear of sign-ins, of confirmations and of new passwords."""
        # Models can be imported only now.
        signals = import_module("allauth.account.signals")
        sessions = import_module("applicants.services.sessions")
        signals.user_logged_in.connect(sessions.note_sign_in)
        signals.authentication_step_completed.connect(sessions.renew_key)
        signals.password_changed.connect(sessions.note_new_key)
        signals.password_set.connect(sessions.note_new_key)
