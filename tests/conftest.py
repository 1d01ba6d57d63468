"""Fixtures for every test. The servers and the environment are set up before this by `tests.early`."""

pytest_plugins = [
    "tests.support.memory",
    "tests.support.settings",
    "tests.support.database",
    "tests.support.migrated",
    "tests.support.servers",
    "tests.support.wake_ups",
    "tests.support.processes",
    "tests.support.mailbox",
    "tests.support.stripe_double",
    "tests.people",
    "tests.support.browser",
    "tests.support.seal",
    "tests.support.uploads",
]
