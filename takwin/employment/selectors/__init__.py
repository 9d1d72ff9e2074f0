"""Reads of employment."""
