"""Users, what a role may do, and where a user holds a role.

Words: *capability* ("admissions.decide"), *role* (a set of capabilities, in code), *grant* (a role held by a
user at one place: the nation, an area, or a centre). Looks down on centres and territory.
"""
