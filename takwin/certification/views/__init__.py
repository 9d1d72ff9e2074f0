"""Pages of certification, by reader."""
