"""Keeping the garbage collector quick in a process that holds thousands of tests."""

import gc


def pytest_collection_finish() -> None:
    """Exempt all modules and tests from collection: looking through them took a third of a second, again and again."""
    gc.collect()
    gc.freeze()
