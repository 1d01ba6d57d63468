"""Files from strangers: received, checked apart from everything else, and shown as pictures only (docs/adr/0009)."""
