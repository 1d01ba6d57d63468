"""Pages of certification, one module per topic."""
