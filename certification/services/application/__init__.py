"""Verbs of the Application for Certification, from the first answer to the decision."""
