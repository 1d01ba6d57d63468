"""Structured logs: one JSON object a line in production, with the request's id, and without personal data."""

import logging.config
import re

import structlog

# PostgreSQL quotes values of the row in these lines of an error, down to the next line of the trace.
_QUOTED_VALUES = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)


def without_quoted_values(
    logger: structlog.types.WrappedLogger, method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Take out of a trace what the database said about the values of a row: they may be names and birth dates."""
    if isinstance(event.get("exception"), str):
        event["exception"] = _QUOTED_VALUES.sub(r"\1: left out", event["exception"])
    return event


def configure(options: dict[str, object]) -> None:
    """Set up logging; `options` has `level` (name of the lowest level) and `json` (False prints for a person)."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_quoted_values,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if options["json"] else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                # Both name e-mail addresses or whole queries at lower levels.
                "django.db.backends": {"level": "WARNING"},
                "stripe": {"level": "WARNING"},
                "fontTools": {"level": "WARNING"},
                # portal.pdf listens to its warnings; they quote names, so they go no further.
                "weasyprint": {"level": "WARNING", "propagate": False},
                "pyhanko": {"level": "WARNING"},
                "botocore": {"level": "WARNING"},
            },
        }
    )
