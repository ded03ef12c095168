"""The tree of units."""

from django.db import transaction
from django.utils.translation import gettext as _

from ground.errors import Refused
from people.models import Unit


@transaction.atomic
def save_unit(*, unit: Unit | None, code: str, name: str, kind: str, parent: Unit | None) -> Unit:
    """Makes a unit below its parent, or renames one and moves it with everything below it; Wagtail's log says who.

    Raises Refused when a unit would become part of itself. The first unit of all has no parent.
    """
    values = {"code": code, "name": name, "kind": kind}
    if parent is not None:
        parent = Unit.objects.get(pk=parent.pk)
    if unit is None:
        return parent.add_child(**values) if parent else Unit.add_root(**values)
    unit = Unit.objects.get(pk=unit.pk)
    for field, value in values.items():
        setattr(unit, field, value)
    unit.save()
    above = unit.get_parent()
    if parent is not None and (above is None or above.pk != parent.pk):
        if parent.path.startswith(unit.path):
            raise Refused(_("A unit cannot become part of itself."), code="own_part")
        unit.move(parent, pos="last-child")
    return Unit.objects.get(pk=unit.pk)
