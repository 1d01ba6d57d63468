"""What the pages of an order show."""
