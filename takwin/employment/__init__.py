"""What becomes of graduates: followed up, counted with their denominator, and offered work.

Words: *cohort* (graduates of some months, frozen: the frame of a survey), *graduate* (one of them), *wave* (a
follow-up at 6, 12 or 36 months), *sample* (one graduate in one wave), *attempt* (a try to reach them), *answer* (what
they said; a later one stands above, none is lost), *outcome* (the class of an answer), *rate* (a share with its
denominator), *employer* (a verified company with an account), *vacancy*, *bid* (a graduate applies for a vacancy, and
what of their file they share). Looks down on certification, training, admissions, offer, occupations, people and on
the engine of matching.
"""
