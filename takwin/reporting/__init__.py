"""Published figures with their source, identities recomputed, and the season's report.

Words: *published figure* (a number a document prints, with document and line), *identity* (an arithmetic claim
of the documents, recomputed), *uncertain value* (what could not be settled, kept out of every total),
*indicator* (a declared computation over records). Reads all; owns definitions only.
"""
