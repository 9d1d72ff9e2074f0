"""What becomes of graduates: followed up, counted with their denominator, and offered work.

Words: *cohort* (graduates of some months, frozen: the frame of a survey), *graduate* (one of them), *wave* (a
follow-up at 6, 12 or 36 months), *invitation* (of one graduate to one wave), *attempt* (to reach them), *answer* (the
last one counts, those before are kept), *outcome* (the class of an answer), *rate* (a share with its
denominator), *employer* (a verified company with an account), *vacancy*, *application* (of a graduate for a vacancy,
with what they share of their file). Looks down on certification, training, admissions, offer, occupations, people and
on the engine of matching.
"""
