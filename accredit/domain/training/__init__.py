"""Training sessions and their registers."""
