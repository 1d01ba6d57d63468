"""What happens with certificates."""
