"""Rows of certification as pages show them."""
