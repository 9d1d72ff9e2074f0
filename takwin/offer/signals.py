"""What the contexts above hear of the offer."""

from django.dispatch import Signal

# Seats, closing, reopening or rows of an import are about to change: season, by. Sent inside the transaction of the
# change, with the season locked; a receiver that raises Refused stops it.
offerings_change = Signal()
