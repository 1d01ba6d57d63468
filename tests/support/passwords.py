"""Passwords that are kept as the portal keeps them, but quickly."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2Hasher(Argon2PasswordHasher):
    """The portal's own hasher with the least memory and time that Argon2 allows."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
