"""Pages of employment, by reader."""
