"""From the first interest until after graduation: a test, advice, appointments, and one counsellor who follows.

Words: *client* (whoever guidance knows: an account, a person, or only a phone number), *sitting* (one set of answers
to the interest test), *hours* (when a counsellor receives), *slot* (one time one can book), *appointment*, *case*
(the follow-up of one client by one guidance centre), *contact* (one entry of it), *hand-over* (a case that changes
counsellor), *open day*. Looks down on admissions, people, offer, occupations, accounts and centres.
"""
