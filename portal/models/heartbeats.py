"""Signs of life."""

from django.db import models


class Heartbeat(models.Model):
    """When a repeating part of the portal last ran; silence is an alarm."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
