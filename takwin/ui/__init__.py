"""How every page is asked for and drawn: `page`, `show`, forms that call services, lists, components.

Words: *page* (one url, one view, one template), *listing* (search, filter, sort, page, export in the query
string), *tone* (good, wait, bad, info, mute: one colour for one meaning). Looks down on core.
"""
