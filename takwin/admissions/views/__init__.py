"""Pages of admissions: the candidate's, and the desk's."""
