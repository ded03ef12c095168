"""Words of the reports of exams."""

from django import template

from exams import queries, tables

register = template.Library()


@register.filter
def reasons(row: queries.ItemRow) -> str:
    """Why a question should be looked at."""
    return tables.reasons(row)
