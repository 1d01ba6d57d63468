"""Sign-in accounts."""

import unicodedata
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from applicants.roles import Role

# NIST SP 800-63B-4 section 3.1.1.1, for a password that is the only factor.
LONG_ENOUGH_ALONE = 15


def normalized(password: str) -> str:
    """Return the password in one form, so that it is the same from every keyboard (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password)


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(self, username: str, email: str, password: str | None = None) -> "User":
        """Create an account that signs in with `username`; without a password it cannot sign in yet."""
        user = self.model(username=username, email=self.normalize_email(email))
        user.set_password(password)
        user.save()
        return user

    def with_address(self, email: str) -> list["User"]:
        """Return the accounts that have this e-mail address, in letters of whatever case.

        PostgreSQL takes some letters for others when it ignores case, such as the Turkish dotless i, so that somebody
        could own an address that only looks the same to it; those are left out.
        """
        found = self.filter(email__iexact=email).select_related("applicant").order_by("pk")
        return [user for user in found if user.email.casefold() == email.casefold()]

    def create_superuser(self, username: str, email: str, password: str | None = None) -> "User":
        """Create a staff account with every permission."""
        user = self.create_user(username, email, password)
        user.is_staff = user.is_superuser = True
        user.role = Role.ADMINISTRATOR
        user.save(update_fields=["is_staff", "is_superuser", "role"])
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
    role = models.CharField(
        max_length=30, choices=Role.choices, blank=True, help_text="Of staff; physicians have none."
    )
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    has_short_password = models.BooleanField(
        default=False, help_text="The password is one that is long enough only beside a second factor."
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        # As people are found: whatever the case of the letters.
        indexes = [models.Index(Upper("email"), name="user_email_any_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff=True, role__in=Role.values) | Q(is_staff=False, role=""),
                name="user_staff_has_role",
            )
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def set_password(self, raw_password: str | None) -> None:
        """Keep the password, in one form of Unicode, as a hash; None makes an account that has none."""
        text = None if raw_password is None else normalized(raw_password)
        self.has_short_password = text is not None and len(text) < LONG_ENOUGH_ALONE
        super().set_password(text)

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether this is the password, however the keyboard composed its characters."""
        return super().check_password(None if raw_password is None else normalized(raw_password))

    @property
    def time_zone(self) -> str:
        """Return the physician's IANA time zone, or an empty string for an account without a physician, such as staff."""
        return str(getattr(getattr(self, "applicant", None), "time_zone", ""))
