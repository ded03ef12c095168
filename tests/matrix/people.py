"""Who may see and change people."""

from tests.matrix import Row

ROWS: list[Row] = []
