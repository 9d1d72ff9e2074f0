"""Screens that join contexts: portal, desk, file of a record; and the simulated season of the demo.

Words: *portal* (what anyone may read), *desk* (where staff work, within a scope), *simulation* (a season drawn
from the census and calibrated to published figures, marked on every row). Looks down on everything.
"""
