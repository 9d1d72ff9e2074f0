"""The public read API: territory, centres, programmes, offerings, figures.

Words: *page* (items, count, and where the next page is), *ETag* (a digest of the answer: an unchanged answer
costs 304). Looks down on everything below the portal.
"""
