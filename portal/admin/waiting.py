"""The filter of lists by the kinds of work of the first staff page."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from portal.audit import actor_label
from portal.work_queue import PARAMETER, Work, queues_of


class WaitingFilter(admin.SimpleListFilter):
    """Shows just the rows that a card of the first page counts; goes into the `list_filter` of a page with `queues`."""

    title = "what waits"
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # Any: as Django declares it
        """Return the kinds of work that this person may do here."""
        self.queues = {queue.key: queue for queue in queues_of(model_admin) if request.user.has_perm(queue.permission)}
        return [(queue.key, queue.title) for queue in self.queues.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        """Keep what waits."""
        queue = self.queues.get(self.value() or "")
        if queue is None:
            return queryset
        work = Work(cast("PermissionsMixin", request.user), actor_label(request.user), timezone.now())
        return queryset.filter(pk__in=queue.rows(queryset.model, work).values("pk"))
