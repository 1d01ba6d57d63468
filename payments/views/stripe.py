"""The door for Stripe's events: verify, store, answer. No work happens here."""

from http import HTTPStatus

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import gateway
from payments.services import webhooks

logger = structlog.get_logger(__name__)

# Stripe's largest events are below 100 kB; a stranger's need not be read at all.
MOST_BYTES = 512 * 1024


# The signature over the raw body is the only authority here: there is no session and no form.
@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Store a signed event. Answers 200 also for a known one, 400 for a bad signature, 413 for a body too large.

    An insert that fails gives 500, and Stripe delivers again for up to three days.
    """
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        webhooks.receive(request.body, request.headers.get("Stripe-Signature", ""), at=timezone.now())
    except gateway.ForgedEventError as error:
        # Counted from the log: a series of these means a wrong secret or a wrong clock (faults 10 and 30).
        logger.warning("stripe_signature_refused", cause=str(error))
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    return HttpResponse(status=HTTPStatus.OK)
