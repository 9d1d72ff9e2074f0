"""What may follow what, how people are spread, how weeks and statements add up: no query, no clock, no request."""
