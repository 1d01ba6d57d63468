"""The portal's inbox: every message to a person, kept here in full, with a plain note by e-mail where it is wanted."""

from portal.inbox.catalogue import KINDS, Audience, MessageKind
from portal.inbox.notifying import notify

__all__ = ["KINDS", "Audience", "MessageKind", "notify"]
