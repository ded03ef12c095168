"""Lists of trainers, by topic."""

from courses.tables.sessions import SessionTable
from courses.tables.training import LateTable, MatrixTable

__all__ = ["LateTable", "MatrixTable", "SessionTable"]
