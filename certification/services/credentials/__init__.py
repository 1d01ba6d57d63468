"""Verbs of credentials, from the first file to the answer of the school."""
