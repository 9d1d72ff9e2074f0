"""Reading training, by noun."""
