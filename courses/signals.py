"""What courses tell the apps above them."""

from django.dispatch import Signal

# Sent in the transaction that completes a course. Arguments: completion, now.
course_completed = Signal()
