"""People and checklists that quality tests begin with."""

from datetime import timedelta

from people.models import Role
from quality import services
from quality.models import Checklist, Observation
from tests import factories


def new_checklist(now, name="热线通话评分表", by=None) -> Checklist:
    """Greeting 10, listening 30, complaint handling 60."""
    listening = factories.topic("s-listening", "倾听与复述")
    points = [
        {"text": "三声铃响内应答，报工号", "weight": 10, "topic": factories.topic("e-greeting", "问候与应答")},
        {"text": "不打断，复述要点", "weight": 30, "topic": listening},
        {"text": "按流程处理投诉", "weight": 60, "topic": factories.topic()},
    ]
    return services.create_checklist(name=name, items=points, by=by, now=now)


def observe(now, user, *, inspector=None, checklist=None, lost=(), days_ago=1, contact="", **more) -> Observation:
    """An observation in which the items at these places lose these points: {1: 5} takes 5 from the second."""
    form = checklist or Checklist.objects.filter(retired_at__isnull=True).first() or new_checklist(now)
    items = list(form.items.all())
    return services.record_observation(
        user=user,
        inspector=inspector or factories.with_role(Role.INSPECTOR, name="钱质检"),
        checklist=form,
        channel="call",
        contact=contact,
        contact_at=now - timedelta(days=days_ago),
        lost={items[place]: (points, "") for place, points in dict(lost).items()},
        now=now,
        **more,
    )
