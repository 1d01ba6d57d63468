"""The newsletter for everybody: its issues, subscribing, and leaving. Nothing here knows of accounts."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.forms import SignUpForm
from portal.models import PUBLIC_ISSUE_STATES, NewsletterIssue
from portal.newsletter import rendering, subscriptions
from portal.rate_limits import RateLimit, limited

PAGE_LENGTH = 50
SIGN_UPS = RateLimit("newsletter_sign_up", most=10, per=timedelta(hours=1))
CONFIRMATIONS = RateLimit("newsletter_confirm", most=60, per=timedelta(hours=1))


def _always(request: HttpRequest) -> bool:
    return True


@login_not_required
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """List the issues that went out, newest first."""
    sent = NewsletterIssue.objects.filter(state__in=PUBLIC_ISSUE_STATES).order_by("-number")
    return render(request, "portal/newsletter/archive.html", {"issues": sent.defer("body")[:PAGE_LENGTH]})


@login_not_required
@require_safe
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """Show one issue that went out; a draft does not exist for the public."""
    found = get_object_or_404(NewsletterIssue, number=number, state__in=PUBLIC_ISSUE_STATES)
    values = {
        "issue": found,
        "contents": rendering.headings(found.body),
        "body_html": rendering.page_html(found.body),
    }
    return render(request, "portal/newsletter/issue.html", values)


@login_not_required
@limited(SIGN_UPS)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Take an address and say that a message is on its way, whether or not the address is known or barred."""
    form = SignUpForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_bound and form.is_valid():
        subscriptions.ask(email=form.cleaned_data["email"], at=timezone.now())
        return redirect("newsletter_sign_up_sent")
    return render(request, "portal/newsletter/sign_up.html", {"form": form})


@login_not_required
@require_safe
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    """Say what to do next."""
    return render(request, "portal/newsletter/sign_up_sent.html", {"days": subscriptions.CONFIRM_WITHIN.days})


@login_not_required
@limited(CONFIRMATIONS, counts=_always)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Show a button, and begin the subscription when it is pressed: programs that open links subscribe nobody."""
    at = timezone.now()
    if request.method == "POST":
        is_good = subscriptions.confirm(token=key, at=at)
    else:
        is_good = subscriptions.is_waiting(token=key, at=at)
    values = {"is_good": is_good, "is_done": is_good and request.method == "POST", "key": key}
    return render(request, "portal/newsletter/confirm.html", values, status=200 if is_good else 404)


# Mail programs press the button without a cookie or a token (RFC 8058); whoever has the key may leave with it.
@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """Show a button, and end the subscription when it, or that of a mail program, is pressed."""
    if request.method == "POST":
        is_good = subscriptions.unsubscribe(key=key, at=timezone.now())
    else:
        is_good = subscriptions.reader_of(key) is not None
    values = {"is_good": is_good, "is_done": is_good and request.method == "POST", "key": key}
    return render(request, "portal/newsletter/unsubscribe.html", values, status=200 if is_good else 404)
