"""What is known of medical schools."""

from django.db import models


class RecognizedBy(models.TextChoices):
    """Who recognizes the body that accredited a school (R-SCH-5)."""

    WFME = "wfme", "World Federation for Medical Education"
    NCFMEA = "ncfmea", "National Committee on Foreign Medical Education and Accreditation (comparable)"
    OTHER = "other", "Another body that the commission approves"
