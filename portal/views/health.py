"""Answers for load balancers and operators."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.health import readiness


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing of anything else."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether pages can be served (503 when not) and what a person should look at."""
    answer = readiness(at=timezone.now())
    body = {
        "ready": answer.ready,
        "database": answer.database,
        "broker": answer.broker,
        "beat": answer.beat,
        "oldest_due_seconds": answer.oldest_due_seconds,
        "alarms": answer.alarms,
    }
    return JsonResponse(body, status=200 if answer.ready else 503)
