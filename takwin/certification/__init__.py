"""From the jury to a diploma that a stranger can verify.

Words: *jury* (people who decide on a group's year together), *member* (one of them), *verdict* (what a jury decided of
one trainee), *amendment* (a signed correction of a verdict), *diploma* (a signed credential: of a programme, or of one
module), *key* (what signs; old ones stay published), *share* (an address its holder gave to someone, until a day),
*finding* (what is answered about what a bearer presented). Looks down on training, offer, people, accounts, centres
and on the engine of credentials.
"""
