"""Sign-in accounts."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(self, username: str, email: str, password: str | None = None) -> "User":
        """Create an account that signs in with `username`; without a password it cannot sign in yet."""
        user = self.model(username=username, email=self.normalize_email(email))
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username: str, email: str, password: str | None = None) -> "User":
        """Create a staff account with every permission."""
        user = self.create_user(username, email, password)
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in account. Physicians sign in with their identification number, staff with their e-mail address."""

    audit_person = "applicant__pk"

    username = models.CharField(
        max_length=254,
        unique=True,
        help_text="Identification number without dashes, or a staff member's e-mail address.",
    )
    email = models.EmailField(max_length=254)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        indexes = [models.Index(fields=["email"], name="user_email")]

    def __str__(self) -> str:
        return f"user {self.pk}"

    @property
    def time_zone(self) -> str:
        """Return the physician's IANA time zone, or an empty string for an account without a physician, such as staff."""
        return str(getattr(getattr(self, "applicant", None), "time_zone", ""))
