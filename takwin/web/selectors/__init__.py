"""Reads that join contexts."""
