"""An authenticator that Chromium itself plays (WebAuthn over the DevTools protocol), and what people do with it."""

from playwright.sync_api import Page, expect

from tests.browser.support import heading


def add_virtual_authenticator(page: Page) -> str:
    """Plug an authenticator with a fingerprint reader into the browser; returns its id."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return str(added["authenticatorId"])


def set_up_first_passkey(page: Page, name: str) -> None:
    """From the page that asks for a second factor, set one up, and keep the recovery codes that come with it."""
    expect(heading(page)).to_have_text("Protect your account")
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Set up").click()
    expect(heading(page)).to_have_text("Recovery codes")
    expect(page.locator("ul.codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them, continue").click()


def sign_in_with_passkey(page: Page) -> None:
    """On the sign-in page, use the passkey alone."""
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()


def sign_out(page: Page) -> None:
    """Press the button of the navigation."""
    page.get_by_role("navigation", name="Main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
