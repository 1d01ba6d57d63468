"""Who may look at a file, and who may have it as it came."""

from typing import Any, Protocol

from portal.models import Upload

VIEW = "portal.view_upload"
DOWNLOAD = "portal.download_upload"


class Person(Protocol):
    """What is asked of an account here: who it is, whether it is active, and what it may do."""

    @property
    def pk(self) -> Any:  # Any: as Django declares it
        """Return the primary key, None for nobody."""

    @property
    def is_active(self) -> bool:
        """Tell whether the account may do anything."""

    def has_perm(self, perm: str, /) -> bool:
        """Tell whether the account has the permission `app.codename`."""


def may_view(user: Person, upload: Upload) -> bool:
    """Tell whether `user` may see the page images: the owner, and staff whose role has the permission."""
    return user.is_active and (user.pk == upload.owner_id or user.has_perm(VIEW))


def may_download(user: Person) -> bool:
    """Tell whether `user` may have files as they came; their owners have them already."""
    return user.is_active and user.has_perm(DOWNLOAD)
