"""A diploma for other countries' systems: ELMO 1 (EMREX) as XML, the European Learning Model 3 as JSON-LD.

Both are written from the same frozen facts as the credential. Neither is signed: the credential is what is verified.
Each is judged in the tests by the file its publisher gives (data/standards/).
"""

from takwin.certification.exports.learning_model import CONTEXTS, SHAPES, elm
from takwin.certification.exports.transcript import ELMO, elmo

__all__ = ["CONTEXTS", "ELMO", "SHAPES", "elm", "elmo"]
