"""Verification of documents with the school that issued them (R-PSV-1 to R-PSV-7)."""
