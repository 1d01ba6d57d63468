"""Verbs of the report service."""
