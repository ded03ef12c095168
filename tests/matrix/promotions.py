"""Who may open which page of promotions."""

from datetime import timedelta

from django.utils import timezone

from people.models import Role
from people.services import change_employment
from promotions import services
from promotions.models import Case, ReviewRound
from quality.services import record_violation
from tests import factories
from tests.matrix import Row

STEWARDS = {Role.PERSONNEL, Role.ADMINISTRATOR}
PROPOSERS = {Role.MANAGER, *STEWARDS}
READERS = {Role.MANAGER, Role.PANEL, Role.AUDITOR, *STEWARDS}
ACTORS = READERS - {Role.AUDITOR}


def review(world) -> ReviewRound:
    """A round open for nominations, with the panel member on its panel and a way onto the ladder."""
    existing = ReviewRound.objects.first()
    if existing is not None:
        return existing
    services.write_rule(
        to_level=factories.level("junior"),
        from_level=None,
        requirements=[{"kind": "no_violation"}],
        by=world.administrator,
        now=world.now,
    )
    today = timezone.localdate(world.now)
    return services.open_round(
        name="年度评审",
        year=today.year,
        nominate_until=today + timedelta(days=5),
        effective_on=today + timedelta(days=30),
        panel=[world.panel],
        by=world.personnel,
        now=world.now,
    )


def case(world) -> Case:
    """The owner's case before the panel."""
    found = services.propose(
        round=review(world), user=world.owner, by=world.manager, justification="", exceptional=False, now=world.now
    )
    services.bring_to_panel(round=found.round, by=world.personnel, now=world.now)
    return found


def refused(world) -> Case:
    """The owner's case, refused."""
    found = case(world)
    services.vote(case=found, member=world.panel, choice="against", reason="再等一年", now=world.now)
    services.decide(case=found, outcome="refuse", reason="再等一年", by=world.personnel, now=world.now)
    return found


def appealed(world) -> Case:
    """The same, appealed against."""
    found = refused(world)
    services.appeal(case=found, text="请复核", by=world.owner, now=world.now)
    return found


def demotion(world):
    """The owner, with a level above another and a violation that asks for a demotion."""
    on = timezone.localdate(world.now)
    factories.level("junior")
    change_employment(
        user=world.owner, on=on, now=world.now, by=None, cause="import", level=factories.level("intermediate")
    )
    record_violation(
        user=world.owner,
        grade="demotion",
        facts="伪造回访记录",
        valid_from=on,
        valid_to=on + timedelta(days=90),
        by=world.personnel,
        now=world.now,
    )
    return world.owner


ROWS = [
    Row("promotions:mine", roles="everybody"),
    Row("promotions:round_list", roles=READERS),
    Row("promotions:round_new", roles=STEWARDS),
    Row("promotions:round", roles=READERS, args=lambda world: [review(world).pk]),
    Row("promotions:round_bring", roles=STEWARDS, method="post", args=lambda world: [review(world).pk]),
    Row("promotions:round_close", roles=STEWARDS, method="post", args=lambda world: [review(world).pk]),
    Row("promotions:ready", roles=PROPOSERS | {Role.AUDITOR}, args=None),
    Row("promotions:propose", roles=PROPOSERS, args=lambda world: [review(world).pk, world.owner.pk], outside=404),
    Row("promotions:demotions", roles=STEWARDS | {Role.AUDITOR}),
    Row("promotions:demote", roles=STEWARDS, args=lambda world: [demotion(world).pk], outside=404),
    Row("promotions:case", roles="owner", also=READERS, args=lambda world: [case(world).pk], outside=404),
    Row(
        "promotions:case_vote",
        roles="owner",
        also=ACTORS,
        method="post",
        args=lambda world: [case(world).pk],
        data=lambda world: {"choice": "for"},
        outside=404,
    ),
    Row(
        "promotions:case_decide",
        roles="owner",
        also=ACTORS,
        method="post",
        args=lambda world: [case(world).pk],
        data=lambda world: {"outcome": "refuse", "reason": "再等一年"},
        outside=404,
    ),
    Row(
        "promotions:case_withdraw",
        roles="owner",
        also=ACTORS,
        method="post",
        args=lambda world: [case(world).pk],
        data=lambda world: {"reason": "材料有误"},
        outside=404,
    ),
    Row(
        "promotions:case_appeal",
        roles="owner",
        also=ACTORS,
        method="post",
        args=lambda world: [refused(world).pk],
        data=lambda world: {"text": "请复核"},
        outside=404,
    ),
    Row(
        "promotions:appeal_mediate",
        roles="owner",
        also=ACTORS,
        method="post",
        args=lambda world: [appealed(world).pk],
        data=lambda world: {"outcome": "settled", "reason": "谈话后接受"},
        outside=404,
    ),
    Row(
        "promotions:appeal_rule",
        roles="owner",
        also=ACTORS,
        method="post",
        args=lambda world: [appealed(world).pk],
        data=lambda world: {"upheld": "no", "reason": "维持"},
        outside=404,
    ),
]
