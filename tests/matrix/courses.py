"""Who may learn, and who may look after the learning of others."""

from tests.matrix import Row

ROWS: list[Row] = [
    Row("courses:catalogue", roles="everybody"),
    Row("courses:mine", roles="everybody"),
    Row("courses:path", roles="everybody"),
]
