"""The account's own pages."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from applicants.http import AuthenticatedRequest


@require_safe
def account_home(request: AuthenticatedRequest) -> HttpResponse:
    """Show what a person can look after in their account."""
    return render(request, "applicants/account.html")
