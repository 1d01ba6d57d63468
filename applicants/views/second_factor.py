"""The page that asks for a second factor: to set one up, or  to show the one that is there; and removing one."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from applicants.http import AuthenticatedRequest, own_address
from applicants.second_factor import has_second_factor, must_have_second_factor

# Where to go on once it is set up, kept in the session because setting up takes several pages.
NEXT = "second_factor_next"


@require_safe
def second_factor(request: AuthenticatedRequest) -> HttpResponse:
    """Lead on to `next` when a second factor was shown in this session; else ask for it or offer to set one up."""
    given = own_address(request)
    if given:
        request.session[NEXT] = given
    if has_second_factor(request):
        return redirect(request.session.pop(NEXT, "") or "account_home")
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    if kinds:
        page = "mfa_reauthenticate_webauthn" if Authenticator.Type.TOTP not in kinds else "mfa_reauthenticate"
        return redirect(f"{reverse(page)}?{urlencode({'next': reverse('second_factor')})}")
    is_must = must_have_second_factor(request.user)
    return render(request, "applicants/second_factor.html", {"is_must": is_must, "next": request.session.get(NEXT)})


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Removes a passkey, unless the account would be left without the second factor that it needs."""

    def form_valid(self, form: Any) -> HttpResponse:  # Any: as allauth declares it
        """Remove it, or say why it has to stay."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_list_webauthn")
        answer: HttpResponse = super().form_valid(form)
        return answer


remove_passkey = RemovePasskeyView.as_view()
