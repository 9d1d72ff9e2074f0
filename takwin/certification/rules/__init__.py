"""What may be decided: pure functions."""
