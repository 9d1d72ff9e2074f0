"""Curriculum-based course timetabling as ITC-2007 posed it (track 3): the standard yardstick of this engine.

Lectures of courses, rooms with seats, curricula whose courses may not meet; costs UD2: seats lacking, days of a course
too few (5 each), lectures of a curriculum without a neighbour (2 each), rooms of a course beyond the first.
"""

from takwin.engines.timetabling.curriculum.check import judge
from takwin.engines.timetabling.curriculum.files import Instance, read, read_solution, write_solution
from takwin.engines.timetabling.curriculum.solve import Solution, solve

__all__ = ["Instance", "Solution", "judge", "read", "read_solution", "solve", "write_solution"]
