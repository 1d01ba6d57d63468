"""What a reviewer of applications enters."""

from collections.abc import Mapping
from typing import Any

from applicants.forms.fields import ShortText
from applicants.forms.reviews import JudgmentForm
from certification.services.application.review import ApplicationJudgment

# Code → what the reviewer picks, and the sentence that the person reads.
REASONS = {
    "school": (
        "School not found",
        (
            "We could not find the school that gives your degree in our directory. Choose it from the list, or write its full "
            "official name and city."
        ),
    ),
    "dates": ("Dates do not fit", "The dates of your medical schools do not fit together. Check first and last days."),
    "gap": (
        "Gap in the history",
        "There is a gap in your history. Add every medical school that you attended in that time.",
    ),
    "credits": (
        "Credit years",
        "The credit years do not fit the dates. Enter the academic years for which each school itself gave credit.",
    ),
    "transfer": (
        "Transfer not listed",
        "It seems that credits were transferred. Add the school where they were earned and say whether you passed.",
    ),
    "title": (
        "Title of the degree",
        "Enter the title of your degree exactly as it is on the diploma, in its language.",
    ),
    "graduation": (
        "Graduation date",
        "Enter the day on which you completed all requirements, and the date on your diploma separately.",
    ),
}


class ApplicationReviewForm(JudgmentForm):
    """Checks, reasons, and the school of the degree where the person did not find it."""

    read_school = ShortText(
        label="School of the degree: its code in the Directory",
        help_text="Leave it empty when the person chose the school from the list",
        required=False,
        max_length=12,
    )

    def __init__(self, *args: Any, checks: Mapping[str, str], **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, checks=list(checks.items()), reasons=REASONS, **kwargs)
        self.order_fields(["read_school"])

    def judgment(self) -> ApplicationJudgment:
        """Return what a valid form holds."""
        return ApplicationJudgment(**self.said(), read_school=self.cleaned_data["read_school"].upper())
