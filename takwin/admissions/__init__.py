"""Applications, ranked wishes, eligibility, the national allocation, answers.

Words: *application* (one per person and season), *wish* (an offering, with or without a bed, at a rank),
*run* (one calculation of the allocation: run, reviewed, published), *wish result* (the outcome of a wish in a
run, and the numbers it follows from), *pool* (an offering as the engine sees it), *demand* (requests an offering has
received).
Looks down on people, offer and engines.
"""
