"""A small organisation with a ladder, from which promotion tests begin."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from people.models import Level, Role, Unit, User
from promotions import services
from promotions.models import Case, ReviewRound
from tests import factories

REQUIREMENTS = [{"kind": "months_in_level", "months": 6}, {"kind": "no_violation"}]
EFFECTIVE = date(2027, 1, 1)


@dataclass
class Academy:
    """A team with its manager, personnel, an administrator and a panel of three."""

    now: datetime
    unit: Unit
    junior: Level
    intermediate: Level
    manager: User
    personnel: User
    second: User
    administrator: User
    panel: list[User]

    def agent(self, name: str = "林晓雨", on: date = factories.FIRST_DAY, **more) -> User:
        """On the junior level since the day."""
        return factories.person(name, at=self.unit, on=on, level=self.junior, **more)

    def rule(self, requirements=None):
        return services.write_rule(
            to_level=self.intermediate,
            from_level=self.junior,
            requirements=requirements or REQUIREMENTS,
            by=self.administrator,
            now=self.now,
        )

    def open_round(self, name: str = "2026 年度晋升评审", **more) -> ReviewRound:
        values = {
            "year": 2026,
            "nominate_until": self.now.date() + timedelta(days=7),
            "effective_on": EFFECTIVE,
            "panel": self.panel,
            "by": self.personnel,
            "now": self.now,
        }
        return services.open_round(name=name, **(values | more))

    def propose(self, review: ReviewRound, user: User, by: User | None = None, justification="", **more) -> Case:
        return services.propose(
            round=review,
            user=user,
            by=by or self.manager,
            justification=justification,
            exceptional=more.pop("exceptional", False),
            now=more.pop("now", self.now),
        )

    def in_review(self, user: User | None = None, **more) -> Case:
        """A case before the panel."""
        case = self.propose(self.open_round(), user or self.agent(), **more)
        services.bring_to_panel(round=case.round, by=self.personnel, now=self.now)
        case.refresh_from_db()
        return case

    def vote(self, case: Case, place: int = 0, choice="for", reason="", now=None):
        return services.vote(case=case, member=self.panel[place], choice=choice, reason=reason, now=now or self.now)

    def decide(self, case: Case, outcome="promote", reason="三项指标连续优秀", by: User | None = None, now=None):
        return services.decide(case=case, outcome=outcome, reason=reason, by=by or self.personnel, now=now or self.now)

    def decided(self, outcome="promote", user: User | None = None) -> Case:
        """A case two of the panel voted on, decided."""
        case = self.in_review(user)
        self.vote(case, 0)
        self.vote(case, 1)
        self.decide(case, outcome)
        case.refresh_from_db()
        return case


def academy(now: datetime) -> Academy:
    unit = factories.unit()
    return Academy(
        now=now,
        unit=unit,
        junior=factories.level("junior"),
        intermediate=factories.level("intermediate"),
        manager=factories.with_role(Role.MANAGER, over=unit, name="陈班长"),
        personnel=factories.with_role(Role.PERSONNEL, name="何人事"),
        second=factories.with_role(Role.PERSONNEL, name="孙人事"),
        administrator=factories.with_role(Role.ADMINISTRATOR, name="管理员"),
        panel=[factories.with_role(Role.PANEL, name=f"评委{letter}") for letter in "甲乙丙"],
    )
