"""What the home screens show, read from the rooms below: the learner's, and a tab for each role."""

from academy.queries.learner import Learner, learner
from academy.queries.tabs import TABS, journal_of

__all__ = ["TABS", "Learner", "journal_of", "learner"]
