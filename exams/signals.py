"""What exams tell the apps above them."""

from django.dispatch import Signal

# Sent in the transaction that folds a passed result. Arguments: result, now. A receiver opens a savepoint of its own.
result_passed = Signal()
