"""Forms of certification, one module per topic."""
