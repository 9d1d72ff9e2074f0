"""A simulated season: a national offer calibrated to the published figures, candidates drawn from the census.

Everything drawn here carries `simulated`; the same seed and number give the same rows.
"""

from takwin.web.simulation.play import simulate

__all__ = ["simulate"]
