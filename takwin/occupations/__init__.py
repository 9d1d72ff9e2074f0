"""Occupations by the international classification ISCO-08; interest profiles and demand come later.

Words: *occupation* (a group of jobs with a code of ISCO-08). Looks down on core and ui.
"""
