"""Settings, addresses and the WSGI door: the only place that knows the environment."""
