"""takwin: runs a national vocational-training and economic-inclusion network."""

__version__ = "0.1.0"
