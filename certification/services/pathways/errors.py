"""What can stand in the way of an act about a Pathway. The texts are for the person who acts."""


class PathwayError(Exception):
    """Nothing was written. The text, without its full stop, says what to do; `field` is where, if anywhere."""

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class SeasonClosedError(PathwayError):
    """The season has ended, and with it what was not complete (R-PW-CLOSE)."""


class LinkNotValidError(Exception):
    """No link in force has this secret part: it was replaced by a newer one, or never made. One answer for both."""
