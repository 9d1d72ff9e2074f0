"""The training offer: sectors, levels, modes, programmes, seasons and offerings.

Words: *programme* (filière, شعبة), *season* (a training year with its dates), *offering* (a programme at a
centre, in a mode, for a season, with its seats), *access rule* (who may ask for it). Looks down on centres,
organisations and territory.
"""
