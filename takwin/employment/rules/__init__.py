"""Definitions and arithmetic: pure functions."""
