"""Life cycles."""

from __future__ import annotations

from takwin.certification.choices import DiplomaState as D
from takwin.certification.choices import JuryState as J
from takwin.certification.choices import KeyState as K
from takwin.certification.choices import ShareState as S
from takwin.core.flow import Flow
from takwin.core.second_person import request_flow

JURY = Flow(
    J, open_jury=({J.FORMED}, J.OPEN), sign_minutes=({J.OPEN}, J.SIGNED), cancel=({J.FORMED, J.OPEN}, J.CANCELLED)
)
DIPLOMA = Flow(
    D,
    suspend_diploma=({D.LIVE}, D.SUSPENDED),
    restore=({D.SUSPENDED}, D.LIVE),
    revoke_diploma=({D.LIVE, D.SUSPENDED}, D.REVOKED),
)
KEY_WITHDRAWAL = request_flow("withdrawal")
KEY = Flow(K, retire=({K.CURRENT}, K.RETIRED), withdraw_key=({K.RETIRED}, K.WITHDRAWN))
SHARE = Flow(S, withdraw_share=({S.OPEN}, S.WITHDRAWN))
# What counts as a diploma its holder has: prepared ones too, so that two jobs never make two.
STANDING = (D.PREPARED, D.LIVE, D.SUSPENDED)
