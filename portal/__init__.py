"""Ground floor: what every app stands on. It imports none of them."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
