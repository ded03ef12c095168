"""What people tell the apps above them."""

from django.dispatch import Signal

# Sent inside the transaction that takes a person's access away. Arguments: user, now.
access_ended = Signal()
# Sent inside the transaction that adds or changes rows of employment. Arguments: users (list), now.
employment_changed = Signal()
