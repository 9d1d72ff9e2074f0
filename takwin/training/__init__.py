"""Between an accepted seat and the jury: groups, timetables, attendance.

Words: *version* (of a programme's curriculum), *module*, *enrolment* (a person on a version), *group*, *member* (an
enrolment in a group from a day to a day), *course* (a module taught to a group by a trainer), *timetable* (the week of
a centre in a term), *session* (one sitting of a course each week), *hold* (a slot that a session takes of a group, a
trainer or a room), *roll* (one sitting on one day), *statement* (the presence of one trainee at one roll, as someone
stated it; never overwritten), *excuse*, *alert* (a threshold of absence that was reached). Looks down on
admissions, people, offer, accounts, centres and on the engine of timetables.
"""
