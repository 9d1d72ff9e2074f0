"""Algorithms without Django: arrays in, arrays out."""
