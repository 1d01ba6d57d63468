"""Verbs of the applicants app."""
