"""Hard mathematics that has never heard of Django: arrays in, arrays out."""
