"""Between an accepted seat and the jury: groups, timetables, attendance.

Words: *version* (a programme's curriculum as it stands at a time), *module*, *enrolment* (a person on a version),
*group*, *member* (an enrolment in a group from a day to a day), *course* (a module taught to a group by a trainer),
*timetable* (the week of a centre in a term), *session* (one sitting of a course each week), *hold* (who and what
a session takes, a slot at a time), *roll* (one sitting on one day), *statement* (what someone said of one trainee
at one roll; never overwritten), *excuse*, *alert* (a threshold of absence that was reached). Looks down on
admissions, people, offer, accounts, centres and on the engine of timetables.
"""
