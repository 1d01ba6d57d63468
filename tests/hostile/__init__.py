"""Hostile parameters for every address, as every kind of visitor."""
