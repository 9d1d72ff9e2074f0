"""Pages of training: the desk of a centre, its weeks, its rolls, and what a trainee sees."""
