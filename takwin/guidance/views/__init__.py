"""Pages of guidance, by noun."""
