"""The sign-in page of staff, at an address of its own."""

from typing import Any

from allauth.account.views import LoginView
from django.contrib import admin

from applicants.forms import StaffSignInForm


class StaffSignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """Signs staff in by e-mail address; everybody else gets the answer of a wrong password."""

    template_name = "account/staff_sign_in.html"

    def get_form_class(self) -> type[StaffSignInForm]:
        """Return the form of staff, whatever the form of the public door is."""
        return StaffSignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # Any: as Django declares it
        """Add what the frame of staff pages prints."""
        return {**admin.site.each_context(self.request), "title": "Sign in", **super().get_context_data(**kwargs)}


staff_sign_in = StaffSignIn.as_view()
