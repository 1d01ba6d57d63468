"""The hosted payment page, `/c/pay/{session}`: plain HTML forms, no script, nothing from another server."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from django.template import Context, Engine

from sandbox.stripe_double import paying
from sandbox.stripe_double.errors import ApiError
from sandbox.stripe_double.numbers import TEST_BANKS, TEST_CARDS, TEST_ROUTING_NUMBER
from sandbox.stripe_double.objects import fetch
from sandbox.stripe_double.page_form import PageForm
from sandbox.stripe_double.store import JsonObject
from sandbox.stripe_double.world import World

_FOLDER = Path(__file__).parent
_ASSETS = {"checkout.css": "text/css", "icon.svg": "image/svg+xml"}
_METHOD_NAMES = {"card": "Card", "us_bank_account": "US bank account"}
# Names of fields in the order of the page, for the list of errors at its top.
_FIELDS = (
    "email",
    "card_number",
    "card_expiry",
    "card_cvc",
    "card_name",
    "routing_number",
    "account_number",
    "account_name",
)


@dataclass
class Pages:
    """Shows and takes the payment pages of one world."""

    world: World
    engine: Engine

    @classmethod
    def of(cls, world: World) -> "Pages":
        """Return the pages of `world` with the templates that lie beside this module."""
        return cls(world, Engine(dirs=[str(_FOLDER / "templates")]))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /c/pay/{session}`."""
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._closed(session)
        return self._form(session, _empty_form(session, self.world))

    async def pay(self, request: web.Request) -> web.StreamResponse:
        """Answer `POST /c/pay/{session}`: charge, then 303 to the shop or to 3-D Secure, or the form with errors."""
        session = self._session(request)
        if session is not None and session["status"] == "complete":
            # A second click on "Pay": the first one has been taken, so its answer is the right one for this one too.
            return web.HTTPSeeOther(_success_url(session))
        if session is None or session["status"] != "open":
            return self._closed(session)
        form = PageForm.of(await request.post(), _offered(session), self.world.clock.now())
        if not form.check():
            return self._form(session, form)
        return self._after(session, _attempt(self.world, session, form), form)

    async def show_authentication(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /c/pay/{session}/authenticate`: the step in which a bank asks its customer to confirm."""
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._closed(session)
        if session["id"] not in self.world.authentications:
            return web.HTTPSeeOther(f"/c/pay/{session['id']}")
        return self._page("authenticate.html", session)

    async def authenticate(self, request: web.Request) -> web.StreamResponse:
        """Answer `POST /c/pay/{session}/authenticate` with `result=complete` or `result=fail`."""
        session = self._session(request)
        if session is None or session["id"] not in self.world.authentications:
            return await self.show_authentication(request)
        pending = self.world.authentications[session["id"]]
        form = _empty_form(session, self.world)
        form.values.update(email=pending.email, card_name=pending.name)
        posted = await request.post()
        attempt = paying.authenticate(self.world, session, passed=posted.get("result") == "complete")
        return self._after(session, attempt, form)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /c/static/{name}` with one of the two files that the pages use."""
        name = request.match_info["name"]
        if name not in _ASSETS:
            raise web.HTTPNotFound
        text = (_FOLDER / "static" / name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=_ASSETS[name], headers={"X-Content-Type-Options": "nosniff"})

    def _session(self, request: web.Request) -> JsonObject | None:
        try:
            return fetch(self.world, "checkout.session", request.match_info["session"])
        except ApiError:
            return None

    def _after(self, session: JsonObject, attempt: paying.Attempt, form: PageForm) -> web.StreamResponse:
        if attempt.outcome is paying.Outcome.AUTHENTICATION:
            return web.HTTPSeeOther(f"/c/pay/{session['id']}/authenticate")
        if attempt.outcome is paying.Outcome.DECLINED:
            return self._form(session, form, attempt.message)
        return web.HTTPSeeOther(_success_url(session))

    def _form(self, session: JsonObject, form: PageForm, declined: str = "") -> web.Response:
        errors = [{"field": name, "text": form.errors[name]} for name in _FIELDS if name in form.errors]
        failed = bool(errors or declined)
        context = {
            "action": f"/c/pay/{session['id']}",
            "values": form.kept(),
            "errors": form.errors,
            "error_list": errors,
            "declined": declined,
            "method": form.method,
            "methods": [{"id": name, "name": _METHOD_NAMES[name]} for name in form.methods],
            "items": [_shown_item(item) for item in self.world.checkouts[session["id"]].line_items],
            "cards": TEST_CARDS.values(),
            "banks": TEST_BANKS.values(),
            "routing_number": TEST_ROUTING_NUMBER,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
        return self._page("pay.html", session, context, status)

    def _closed(self, session: JsonObject | None) -> web.Response:
        if session is None:
            return self._page("closed.html", None, {"state": "unknown"}, HTTPStatus.NOT_FOUND)
        status = HTTPStatus.OK if session["status"] == "complete" else HTTPStatus.GONE
        context = {"state": session["status"], "processing": session["payment_status"] == "unpaid"}
        return self._page("closed.html", session, context, status)

    def _page(
        self,
        template: str,
        session: JsonObject | None,
        context: Mapping[str, object] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> web.Response:
        shop: dict[str, object] = {}
        if session is not None:
            shop = {
                "amount": money(session["amount_total"], session["currency"]),
                "cancel_url": session["cancel_url"] or "",
                "success_url": _success_url(session),
            }
        html = self.engine.get_template(template).render(Context({**shop, **(context or {})}))
        headers = {
            "Content-Security-Policy": _policy(session),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return web.Response(text=html, content_type="text/html", status=status, headers=headers)


def money(cents: int, currency: str) -> str:
    """Return an amount for people: `$66.00`, or `66.00 EUR` for other currencies."""
    number = f"{cents // 100:,}.{cents % 100:02d}"
    return f"${number}" if currency == "usd" else f"{number} {currency.upper()}"


def _attempt(world: World, session: JsonObject, form: PageForm) -> paying.Attempt:
    if form.card is not None:
        return paying.pay_by_card(world, session, form.card, form.holder, form.expiry)
    if form.bank is not None:
        return paying.pay_by_bank(world, session, form.bank, form.holder)
    raise ApiError(400, "Neither a card nor a bank account was given.")


def _empty_form(session: JsonObject, world: World) -> PageForm:
    return PageForm({"email": session["customer_email"] or ""}, _offered(session), world.clock.now())


def _offered(session: JsonObject) -> list[str]:
    """Return the methods that have fields on the page: the wallet Link has none."""
    return [method for method in session["payment_method_types"] if method in _METHOD_NAMES] or ["card"]


def _shown_item(item: JsonObject) -> dict[str, str]:
    return {
        "name": item["description"],
        "quantity": str(item["quantity"]),
        "amount": money(item["amount_total"], item["currency"]),
    }


def _success_url(session: JsonObject) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _policy(session: JsonObject | None) -> str:
    """Return the page's CSP. The shop's origin stands in form-action because browsers hold the 303 after a POST to it."""
    shop = ""
    if session is not None:
        address = urlsplit(session["success_url"])
        shop = f" {address.scheme}://{address.netloc}"
    rules = ("default-src 'none'", "style-src 'self'", "img-src 'self'", f"form-action 'self'{shop}")
    return "; ".join((*rules, "base-uri 'none'", "frame-ancestors 'none'"))
