"""What pages of the report service show, as frozen dataclasses: templates decide nothing."""
