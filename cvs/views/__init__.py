"""Pages of the report service."""
