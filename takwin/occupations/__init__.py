"""Occupations by the international classification ISCO-08, with what people do in them and whom they suit.

Words: *occupation* (a group of jobs with a code of ISCO-08), *interests* (its profile on the six types of Holland,
1 to 7 each, in the order R I A S E C), *ESCO occupation* (a job title of the European classification within a group).
Looks down on core and ui.
"""
