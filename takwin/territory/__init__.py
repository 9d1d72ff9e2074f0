"""Regions, provinces and communes, with the figures of the 2024 census.

Words: *area* (a region, a province or prefecture, a commune) whose *path* such as "03.061." holds the
official codes from the top; *census figure* (one number about an area, by sex). Looks down on core and ui.
"""
