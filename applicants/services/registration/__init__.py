"""First-time users, from the first answer to one identification number for life (R-ID-1)."""
