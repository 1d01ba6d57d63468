"""What pages of people say, in words."""
