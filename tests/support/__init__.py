"""Fixtures and helpers for tests, one module per part of the outside world."""
