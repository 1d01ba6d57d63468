"""Examinations."""

from django.db import models


class Examination(models.TextChoices):
    """Examinations that count toward certification (R-EXAM-1, R-EXAM-2, R-EXAM-11)."""

    STEP_1 = "step_1", "USMLE Step 1"
    STEP_2_CK = "step_2_ck", "USMLE Step 2 CK"
    STEP_2_CS = "step_2_cs", "USMLE Step 2 CS"
