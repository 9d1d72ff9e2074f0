"""Distances between places."""

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


def distance_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in kilometres (haversine)."""
    east, north = radians(lon2 - lon1), radians(lat2 - lat1)
    a = sin(north / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(a)))
