"""Pages of payments, and the door for Stripe's events."""
