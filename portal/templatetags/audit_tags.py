"""The audit log on staff pages."""

from django import template
from django.db import models
from django.template import RequestContext

from portal.audit_history import HistoryPage, history_of, start_of

register = template.Library()


@register.simple_tag(takes_context=True)
def audit_history(context: RequestContext, subject: models.Model) -> HistoryPage:
    """Return the page of the history of `subject` that `?before=` asks for."""
    return history_of(subject, before=start_of(context["request"].GET.get("before", "")))
