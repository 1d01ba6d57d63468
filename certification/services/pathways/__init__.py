"""Applications for a Pathway: begun, sent, completed by others, decided, closed with the season; one module per topic."""
