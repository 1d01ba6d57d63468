"""Acts for which a signed-in person shows once more who they are: allauth's rule, with types."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponseBase

Asked = TypeVar("Asked", bound=HttpRequest)
Rest = ParamSpec("Rest")
View = Callable[Concatenate[Asked, Rest], HttpResponseBase]


def confirmed_again(*, looking: bool) -> Callable[[View[Asked, Rest]], View[Asked, Rest]]:
    """Return a decorator that first asks who has not confirmed within ACCOUNT_REAUTHENTICATION_TIMEOUT who they are.

    With `looking` False only requests that are sent (POST) ask. The person comes back to the page; what was sent is kept.
    """

    def decorate(view: View[Asked, Rest]) -> View[Asked, Rest]:
        @wraps(view)
        def guarded(request: Asked, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if looking or request.method not in {"GET", "HEAD"}:
                raise_if_reauthentication_required(request, app="")
            return view(request, *args, **kwargs)

        return guarded

    return decorate
