"""Cases of irregular behavior."""
