"""Tables of certification, by noun."""

from takwin.certification.models.diplomas import Diploma, Share
from takwin.certification.models.juries import Amendment, Jury, JuryMember, Verdict
from takwin.certification.models.keys import KeyWithdrawal, SigningKey

__all__ = ["Amendment", "Diploma", "Jury", "JuryMember", "KeyWithdrawal", "Share", "SigningKey", "Verdict"]
