"""Django's entry for the certification app; hands its schools to the registration below."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings

from applicants import purchases, schools

if TYPE_CHECKING:
    from portal.models import Upload


class Directory:
    """Medical schools, for people who register."""

    def names_of(self, applicant_ids: Iterable[int]) -> Mapping[int, list[str]]:
        """Return the names of the schools on record for each of these people."""
        from certification.services import directory  # noqa: PLC0415 (models are not loaded yet when this module is)

        return directory.names_of(applicant_ids)

    def suggest(self, words: str, country: str) -> list[str]:
        """Return a few listed names that may be what `words` mean."""
        from certification.services import directory  # noqa: PLC0415 (models are not loaded yet when this module is)

        return directory.suggest(words, country)


def _official_may_view(key: str, upload: "Upload") -> bool:
    from certification.services.verification import viewing  # noqa: PLC0415 (models are not loaded yet when this module is)

    return viewing.may_see(key, upload)


def _sell_applications() -> None:
    from certification.services.application import submitting  # noqa: PLC0415 (needs the models)

    purchases.when_placed(submitting.FEE, submitting.on_placed)
    purchases.when_settled(submitting.FEE, submitting.on_settled)
    purchases.explain(submitting.FEE, submitting.EXPLANATION)


class CertificationConfig(AppConfig):
    """Certification."""

    name = "certification"
    verbose_name = "Certification"

    def ready(self) -> None:
        """Let registration ask about schools, and people of schools see what they are asked about."""
        schools.use(Directory())
        from portal.uploads import guests, handlers  # noqa: PLC0415 (needs the models)

        guests.use("school", _official_may_view)
        larger = handlers.Larger("certification.apply_fileimport", settings.IMPORT_MOST_BYTES)
        handlers.let_in("admin:certification_fileimport_add", larger)
        from certification.services.certificates import requests  # noqa: PLC0415 (needs the models)
        from certification.services.pathways import submitting  # noqa: PLC0415 (needs the models)

        submitting.listen_to_till()
        _sell_applications()
        requests.listen_to_till()
