"""Who may speak for a medical school: the list that staff keep."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from certification.models.schools import MedicalSchool
from certification.states import SchoolLanguage
from portal.constraints import state_is_known


class SchoolOfficialQuerySet(models.QuerySet["SchoolOfficial"]):
    """Questions about officials."""

    def listed_on(self, day: date) -> "SchoolOfficialQuerySet":
        """Return those who are on the list of their school on `day`."""
        return self.filter(Q(listed_until__isnull=True) | Q(listed_until__gt=day), listed_from__lte=day)

    def first_for(self, school_id: int, right: str, *, on: date) -> "SchoolOfficial | None":
        """Return the official of the school itself whom requests go to: listed, with `right`, the longest listed."""
        found = self.listed_on(on).filter(school_id=school_id, institution="", **{right: True})
        return found.order_by("listed_from", "pk").first()


class SchoolOfficial(models.Model):
    """A person on the authorized list of a school (R-PSV-4).

    `listed_until` is the first day on which the person is not on the list any more. `institution` is filled for a body
    that answers in the school's place, such as a successor or a ministry (R-PSV-7). `user` is the account with which the
    person signs in for this school, if there is one.
    """

    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="officials")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, help_text="As the person signs, such as Registrar.")
    email = models.EmailField(max_length=254)
    language = models.CharField(
        max_length=5,
        choices=SchoolLanguage.choices,
        default=SchoolLanguage.ENGLISH,
        help_text="In which we write to the person.",
    )
    institution = models.CharField(
        max_length=250,
        blank=True,
        help_text="Only for a body that answers in the school’s place; empty for the school.",
    )
    may_verify = models.BooleanField(default=True, help_text="Confirms documents and sends transcripts.")
    may_attest = models.BooleanField(default=False, help_text="Attests clinical skills for Pathways.")
    may_coordinate = models.BooleanField(default=False, help_text="Opens and closes accounts of colleagues.")
    listed_from = models.DateField()
    listed_until = models.DateField(null=True, blank=True, help_text="First day on which the person is not listed.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="school_officials"
    )

    objects = SchoolOfficialQuerySet.as_manager()

    class Meta:
        constraints = [
            state_is_known("school_official", "language", SchoolLanguage.values),
            models.CheckConstraint(
                condition=Q(listed_until__isnull=True) | Q(listed_until__gte=F("listed_from")),
                name="school_official_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(may_verify=True) | Q(may_attest=True) | Q(may_coordinate=True),
                name="school_official_may_something",
            ),
            models.UniqueConstraint(
                F("school"),
                Lower("email"),
                condition=Q(listed_until__isnull=True),
                name="school_official_listed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"official {self.pk}"

    def is_listed(self, day: date) -> bool:
        """Tell whether the person is on the list on `day`."""
        return self.listed_from <= day and (self.listed_until is None or day < self.listed_until)
