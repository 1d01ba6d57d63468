"""Staff pages of records about a person: a purpose before the record opens, and a note of searches in lists."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from portal import audit, reading

_OF_THE_FORM = frozenset({"csrfmiddlewaretoken", "purpose", "purpose_detail", "purpose_given"})


def ask_purpose(request: HttpRequest, *, subject: models.Model, person: int) -> HttpResponse | None:
    """Return the page that asks why `request` opens a record of `person`, or None when that is known.

    For any staff view: call it before the record is read, return what it returns unless that is None. The answer comes
    to the same address; what else was posted with it is kept and goes on to the view.
    """
    at = timezone.now()
    form = reading.PurposeForm(request.POST if request.POST.get("purpose_given") else None)
    if form.is_valid():
        _begin(request, form, subject=subject, person=person)
        return None if _rest(request) else redirect(request.get_full_path())
    if not form.is_bound and reading.purpose_of(request.session, person, at=at):
        return None
    values = {
        **admin.site.each_context(request),
        "title": f"Open {subject._meta.verbose_name}",
        "form": form,
        "kept": _rest(request),
        "minutes": int(reading.KEPT_FOR.total_seconds() // 60),
        "opts": subject._meta,
    }
    return TemplateResponse(request, "admin/purpose.html", values, status=422 if form.is_bound else 200)


@transaction.atomic
def _begin(request: HttpRequest, form: reading.PurposeForm, *, subject: models.Model, person: int) -> None:
    user = _user(request)
    reading.begin(
        request.session,
        subject=subject,
        person=person,
        purpose=form.words(),
        actor=audit.actor_label(user),
        role=audit.role_label(user),
        at=timezone.now(),
    )


def _user(request: HttpRequest) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # the staff door lets nobody else in
    return request.user


def _rest(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was posted besides the purpose, so that it is not lost when the half hour ended in between."""
    return [(name, str(value)) for name, values in request.POST.lists() if name not in _OF_THE_FORM for value in values]


class RestrictedAdmin(admin.ModelAdmin[models.Model]):
    """Base of every staff page; where the model's rows are about a person, opening one asks for the purpose first."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the record once the purpose is known."""
        # A change that nobody may make is refused as such, which shows nothing.
        is_refused = request.method == "POST" and not (
            request.POST.get("purpose_given") or self.has_change_permission(request)
        )
        asked = None if is_refused else self._asked(request, object_id)
        return asked or super().change_view(request, object_id, form_url, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the history once the purpose is known."""
        return self._asked(request, object_id) or super().history_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, str] | None = None) -> HttpResponse:
        """Show the list, and note how many rows a search showed."""
        page = super().changelist_view(request, extra_context)
        context = (page.context_data or {}) if isinstance(page, TemplateResponse) else {}
        listed = context.get("cl")
        if listed is not None and listed.query and audit.person_path(self.model):
            user = _user(request)
            audit.record_search(
                actor=audit.actor_label(user),
                model=self.model,
                rows=len(listed.result_list),
                at=timezone.now(),
                role=audit.role_label(user),
            )
        return page

    def _asked(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        if not self.has_view_or_change_permission(request):
            return None
        person = self._person(request, object_id)
        if person is None:
            return None
        return ask_purpose(request, subject=self.model(pk=unquote(object_id)), person=person)

    def _person(self, request: HttpRequest, object_id: str) -> int | None:
        """Return the key of the person concerned in one query; None for a row about nobody or that does not exist."""
        path = audit.person_path(self.model)
        if not path:
            return None
        try:
            key = self.model._meta.pk.to_python(unquote(object_id))
        except ValidationError:
            return None
        return self.get_queryset(request).filter(pk=key).values_list(path, flat=True).first()
