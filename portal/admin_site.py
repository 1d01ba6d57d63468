"""The staff door: Django's admin under its own address and name."""

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from portal.audit import actor_label
from portal.work_queue import Work, desk_of

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])

OUR_APPS = frozenset({"portal", "applicants", "certification", "payments", "cvs"})


class PortalAdminSite(AdminSite):
    """Admin site for staff; records with a state are shown, and moved only by actions that call services."""

    site_header = "Staff"
    site_title = "Staff"
    index_title = "Work queue"
    index_template = "admin/desk.html"
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: Any = None,  # Any: as Django declares it
        **options: Any,
    ) -> None:
        """Take up pages of our own apps alone: those that packages bring would change accounts past our services."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label in OUR_APPS]
        super().register(ours, admin_class, **options)

    def admin_view(self, view: _View, cacheable: bool = False) -> _View:
        """Wrap a page for staff; one that is asked to find a row by anything but a key answers 400.

        Django refuses fields that nothing refers to, but fails over the empty name, and over the name of a relation that
        another model has to this one, such as the documents of a credential.
        """

        @wraps(view)
        def answer(
            request: HttpRequest, *args: Any, **values: Any
        ) -> HttpResponseBase:  # Any: what any address carries
            asked = {*request.GET.getlist(TO_FIELD_VAR), *request.POST.getlist(TO_FIELD_VAR)}
            if not asked <= self._keys():
                raise DisallowedModelAdminToField("A row was asked for by what is no key.")
            return view(request, *args, **values)

        return cast("_View", super().admin_view(answer, cacheable))

    def _keys(self) -> set[str]:
        """Return the names of primary keys that name nothing else; no foreign key of ours refers to anything but a key."""
        relations = {relation.name for model in self._registry for relation in model._meta.related_objects}
        return {model._meta.pk.name for model in self._registry} - relations

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:  # Any: as Django declares it
        """Return the pages that the person may open, looked up once somebody reads the list.

        Django puts it beside every page for a side bar that we do not show, and asks each model for the person's rights.
        """
        return cast("list[Any]", SimpleLazyObject(partial(super().get_app_list, request, app_label)))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits for the person, and the pages to browse."""
        work = Work(cast("PermissionsMixin", request.user), actor_label(request.user), timezone.now())
        desk = desk_of(work, self._registry.values(), request)
        return super().index(request, {**(extra_context or {}), "desk": desk})

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the sign-in that counts attempts and asks for a second factor; Django's own does neither."""
        if not request.user.is_authenticated:
            wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
            return redirect(f"{reverse('staff_sign_in')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")
        if not self.has_permission(request):
            raise Http404("For this account there is no staff door.")
        return redirect("admin:index")

    def password_change(  # type: ignore[override]  # Django's type is narrower than what it takes
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the page on which everybody changes a password."""
        return redirect("account_change_password")
