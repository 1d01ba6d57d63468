"""Fixtures of browser tests: the site in processes of its own, people, and pages that complain.

Never call in this process what seals, sends or dispatches: the driver's event loop runs here. Use `work_off`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, BrowserContext, Page, expect

from applicants.models import Applicant
from sandbox.mailbox.client import MailboxControl
from sandbox.process import PATIENCE_SECONDS
from sandbox.sample_data import load_reference_data
from sandbox.stripe_double.process import StripeDoubleProcess, running_stripe_double
from tests.browser.support import Site, Watch, make_person
from tests.factories.applicants import PASSWORD
from tests.support.processes import Processes, free_port

PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000


@pytest.fixture(scope="session", autouse=True)
def patient_expectations() -> None:
    """Let every `expect` wait as long as every action does."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def base_url() -> str:
    """Address of the portal in browser tests, by name, as browsers bind no passkey to a number."""
    return f"http://localhost:{free_port()}"


@pytest.fixture(scope="session")
def payment_provider(base_url: str) -> Iterator[StripeDoubleProcess]:
    """The Stripe double that sends its events to the portal under test."""
    webhook_url = f"{base_url}/payments/stripe/webhook/"
    with running_stripe_double(webhook_url=webhook_url, webhook_secret=settings.STRIPE_WEBHOOK_SECRET) as double:
        yield double


@pytest.fixture(scope="session")
def running_site(
    base_url: str,
    payment_provider: StripeDoubleProcess,
    mailbox_process: MailboxControl,
    collected_static: Path,
    seal_keys: Path,
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One web process on the test database for the whole run; use `site`, which starts each test afresh."""
    site = Site(base_url, payment_provider, mailbox_process)
    processes = Processes(tmp_path_factory.mktemp("site"))
    processes.start_web(int(base_url.rsplit(":", 1)[1]), env=site.environment)
    yield site
    processes.kill_all()


@pytest.fixture
def site(transactional_db: None, running_site: Site) -> Site:
    """The running portal with licensing authorities and fees, an empty mailbox and an empty payment provider."""
    running_site.double.control.reset()
    running_site.mailbox.reset()
    load_reference_data()
    return running_site


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of `PASSWORD`, made once: it costs time on purpose."""
    return make_password(PASSWORD)


@pytest.fixture
def person(site: Site, password_hash: str) -> Applicant:
    """Ada Testperson, who signs in as 0-482-137-5 and is not certified."""
    return make_person(4821375, password_hash)


@pytest.fixture
def watch(site: Site) -> Watch:
    """What is judged at the end of the test; add to `watch.allowed` the error statuses that the test provokes."""
    return Watch(site.hosts)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(site: Site, browser: Browser, watch: Watch) -> Iterator[OpenPage]:
    """Opens a page in a browser of its own; keyword arguments are those of `Browser.new_context`.

    At the end the test fails on any console error or warning, script error, blocked resource, unexpected error status,
    or request to a host other than the portal and the payment provider.
    """
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:  # Any: the options of another library's function
        context = browser.new_context(base_url=site.base_url, **{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert watch.complaints == []


@pytest.fixture
def watched_page(open_page: OpenPage) -> Page:
    """A page with JavaScript, 1280 pixels wide, that fails the test on whatever it should not do."""
    return open_page()


@pytest.fixture
def work_off(site: Site) -> Callable[[], str]:
    """Has everything that is due processed: events, payments, reports, mail."""
    return site.work_off
