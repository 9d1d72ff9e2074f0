"""Training institutions and every other kind of centre: poles, spaces, capacity, beds, life cycle.

Words: *centre* (a place run by an operator), *pole* (a trade area of a City of Trades with its practice
platform), *space* (a room or facility), *house* (the boarding house of a centre: its beds and the share
kept for girls). Looks down on territory and organisations.
"""
