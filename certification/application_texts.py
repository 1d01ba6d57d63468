"""What a person reads and confirms before applying. A change of words is a new version; old ones stay readable."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Confirmation:
    """One version of the confirmation: its sentences in order."""

    version: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Booklet:
    """One version of the information booklet: headings, each with its paragraphs."""

    version: str
    chapters: tuple[tuple[str, tuple[str, ...]], ...]


CONFIRMATIONS: Mapping[str, Confirmation] = {
    text.version: text
    for text in (
        Confirmation(
            "2026-1",
            (
                (
                    "I apply because I intend to be certified, in order to enter graduate medical education or practice in the "
                    "United States."
                ),
                (
                    "I have listed every medical school that I attended and every credit that was transferred, whenever it was "
                    "earned."
                ),
                (
                    "What I entered is true and complete. A false statement, or leaving something out, may be irregular behavior, "
                    "whoever made it for me."
                ),
                (
                    "I understand that I need passes of both medical science examinations, clinical and communication skills, and "
                    "a diploma and transcript that my medical school confirms directly."
                ),
                "You may ask my medical schools about my education and show them the documents that I send you.",
            ),
        ),
    )
}
CURRENT_CONFIRMATION = CONFIRMATIONS["2026-1"]

BOOKLETS: Mapping[str, Booklet] = {
    text.version: text
    for text in (
        Booklet(
            "2026-1",
            (
                (
                    "Who may apply",
                    (
                        (
                            "Students and graduates of medical schools outside the United States. The country of the school decides, "
                            "never citizenship."
                        ),
                        (
                            "Your school must be listed in our directory and have a sponsor note that covers your graduation year. "
                            "Being listed is not enough."
                        ),
                        "Graduates of Canadian schools may apply when they graduated on July 1, 2025 or later.",
                    ),
                ),
                (
                    "What certification needs",
                    (
                        (
                            "Passes of Step 1 and Step 2 CK of the United States Medical Licensing Examination within seven years of "
                            "each other."
                        ),
                        "Clinical and communication skills, shown through one of the Pathways with OET Medicine.",
                        (
                            "At least four credit years at an eligible school, a final diploma with an accepted title, and a final "
                            "transcript. Your school confirms both to us directly."
                        ),
                    ),
                ),
                (
                    "Transferred credits",
                    (
                        (
                            "Tell us about all of them. They count only when the courses were passed at the school where you took "
                            "them, and when all come from one eligible school. One transfer that does not count makes an applicant "
                            "ineligible."
                        ),
                        "Credits that went only into a pre-medical phase are exempt from the rule about the school.",
                    ),
                ),
                (
                    "Fee and review",
                    (
                        (
                            "We process an application when its fee has been paid. The fee is paid once, also when we return the "
                            "application to you, and is not given back."
                        ),
                        (
                            "A reviewer accepts the application, returns it with reasons so that you can correct it, or, when two "
                            "members of staff agree, rejects it."
                        ),
                    ),
                ),
            ),
        ),
    )
}
CURRENT_BOOKLET = BOOKLETS["2026-1"]
