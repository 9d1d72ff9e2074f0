"""One table of bodies: authority, operator, association, company, cooperative, university, funder.

Words: *organisation* (a body that signs, pays, runs or receives). Looks down on territory.
"""
