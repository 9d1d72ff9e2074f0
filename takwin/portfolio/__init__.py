"""Projects from study to operation, budgets by axis, agreements between partners.

Words: *project* (builds or equips a centre), *phase* (study -> works -> operating), *axis* (a heading of the
budget), *agreement* (signed by parties), *disagreement* (two places of a document say two things).
Looks down on centres, organisations and territory.
"""
