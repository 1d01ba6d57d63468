"""The one way in which an API call of the double fails (https://docs.stripe.com/api/errors)."""

from typing import Literal

from sandbox.stripe_double.store import JsonObject

ErrorType = Literal["api_error", "card_error", "idempotency_error", "invalid_request_error"]


class ApiError(Exception):
    """An answer with an error body.

    `status` is the HTTP status. `replayed` says whether an idempotency key remembers this answer: Stripe remembers what
    happened once work on a request had begun, and forgets requests that were refused before that.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        error_type: ErrorType = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        replayed: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.replayed = replayed
        optional = {"code": code, "param": param}
        self.body: JsonObject = {
            "error": {
                "type": error_type,
                "message": message,
                **{key: value for key, value in optional.items() if value is not None},
            }
        }


def refused(message: str, *, code: str | None = None, param: str | None = None) -> ApiError:
    """Return a 400 that is raised before any work was done, so that the idempotency key stays free."""
    return ApiError(400, message, code=code, param=param, replayed=False)


def not_found(kind: str, object_id: str, param: str = "id") -> ApiError:
    """Return the 404 for an id of `kind` (for example `charge`) that does not exist."""
    noun = kind.replace(".", " ")
    return ApiError(404, f"No such {noun}: '{object_id}'", code="resource_missing", param=param, replayed=False)
