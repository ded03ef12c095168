"""What exams tell the apps above them."""

from django.dispatch import Signal

# Sent once a passed result is known to its person: in the transaction that folds it, or with its release. Arguments: result, now. A receiver opens a savepoint of its own.
result_passed = Signal()

# Asked before results may turn to failed. Argument: results (ids). A receiver answers with what rests on them: a list of
# (result id, words, address).
what_rests_on = Signal()
