"""Files of FET, the free timetabling program many schools use: read into a problem, written back with its solution."""

from takwin.engines.timetabling.fet.read import School, read
from takwin.engines.timetabling.fet.write import write

__all__ = ["School", "read", "write"]
