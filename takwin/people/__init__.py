"""One registry of persons: identity, contact, consent, and who follows whom.

Words: *person* (one row per human being, never deleted), *consent* (what a person agreed to, when, before
whom), *following* (a centre that may see a person, and why). Looks down on accounts, centres and territory.
"""
