"""Applications, ranked wishes, eligibility, the national allocation, answers.

Words: *application* (one per person and season), *wish* (an offering, with or without a bed, at a rank),
*run* (one calculation of the allocation: run, reviewed, published), *wish result* (what a run says of a wish
and the numbers why), *pool* (an offering as the engine sees it), *demand* (requests an offering has received).
Looks down on people, offer and engines.
"""
