"""What the contexts above hear of the centres."""

from django.dispatch import Signal

# The beds of a centre's house, or the share of them for girls, are about to change: centre, by. Sent inside the
# transaction of the change; a receiver that raises Refused stops it.
beds_change = Signal()

# A centre is about to be closed: centre, by. Sent inside the transaction of the change, with the centre locked; a
# receiver ends what waits there, or raises Refused while people are still there.
centre_closes = Signal()
