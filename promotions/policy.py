"""Who may do what in a promotion review, on top of people's roles and reach.

Personnel and administrators run a round; managers propose their own people; the members of a round's panel read its
cases and vote; the person sees the own case, never the votes. Nobody proposes, votes or decides on themselves.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from people.models import Employment, Role, RoleAssignment, Unit, User
from people.policy import roles_of, staff_in_reach, today
from promotions.models import Case, ReviewRound

STEWARDS = (Role.PERSONNEL, Role.ADMINISTRATOR)
PROPOSERS = (Role.MANAGER, *STEWARDS)
READERS = (Role.MANAGER, Role.PANEL, *STEWARDS)


def runs_rounds(user: User, on: date) -> bool:
    """Whether the person opens rounds, brings them before the panel and closes them."""
    held = roles_of(user, on)
    return any(role in held for role in STEWARDS)


def over(user: User, other: User, roles: tuple[str, ...], on: date) -> bool:
    """Whether one of the roles reaches the unit where the other person works on a day (or last worked)."""
    held = roles_of(user, on)
    paths = [path for role in roles for path in held.get(role, [])]
    if not paths:
        return False
    row = Employment.objects.filter(user=other, valid_from__lte=on).order_by("-valid_from").select_related("unit")
    employment = row.first()
    return employment is not None and any(employment.unit.path.startswith(path) for path in paths)


def may_propose(user: User, other: User, on: date) -> bool:
    """Managers propose their own people, personnel those in their reach, nobody themselves."""
    return user.pk != other.pk and over(user, other, PROPOSERS, on)


def may_decide(user: User, case: Case, on: date) -> bool:
    """Personnel over the person's unit, but neither who proposed the case nor the person."""
    return user.pk not in (case.user_id, case.proposed_by_id) and over(user, case.user, STEWARDS, on)


def may_mediate(user: User, case: Case, on: date) -> bool:
    """A manager over the person's unit, but neither the person nor who refused. Whoever proposed the person may."""
    return user.pk not in (case.user_id, case.decision.by_id) and over(user, case.user, (Role.MANAGER,), on)


def mediators(case: Case, on: date) -> QuerySet[User]:
    """Everybody who may mediate an appeal in a case; perhaps nobody."""
    return _over_unit_of(case.user, (Role.MANAGER,), on).exclude(pk__in=[case.user_id, case.decision.by_id])


def arbiters(case: Case, on: date) -> QuerySet[User]:
    """Personnel who may rule on an appeal in a case: neither who refused, who proposed, nor the person."""
    part = [case.user_id, case.proposed_by_id, case.decision.by_id]
    return _over_unit_of(case.user, (Role.PERSONNEL,), on).exclude(pk__in=part)


def _over_unit_of(other: User, roles: tuple[str, ...], on: date) -> QuerySet[User]:
    """People who hold one of the roles over the unit where the other person works on a day (or last worked)."""
    latest = Employment.objects.filter(user=other, valid_from__lte=on).order_by("-valid_from")
    path = latest.values_list("unit__path", flat=True).first() or ""
    tops = [path[:length] for length in range(Unit.steplen, len(path) + 1, Unit.steplen)]
    held = RoleAssignment.objects.in_force(on).filter(role__in=roles, unit__path__in=tops)
    return User.objects.filter(pk__in=held.values("user"), is_active=True)


def entitled(case: Case) -> list[User]:
    """The panel members whose votes count in a case: all but the person and who proposed them."""
    return [member for member in case.round.panel.all() if member.pk not in (case.user_id, case.proposed_by_id)]


def visible_rounds(request: HttpRequest) -> QuerySet[ReviewRound]:
    """All rounds for who runs, proposes or audits; to a panel member, the rounds of the panel."""
    held = roles_of(request.user, today(request))
    if any(role in held for role in (*PROPOSERS, Role.AUDITOR)):
        return ReviewRound.objects.all()
    return ReviewRound.objects.filter(pk__in=request.user.review_panels.values("pk"))


def visible_cases(request: HttpRequest) -> QuerySet[Case]:
    """The cases a person may open: the own one, those of the own panels, and those of people within reach."""
    reachable = staff_in_reach(request, *PROPOSERS, reads=True)
    panels = ReviewRound.panel.through.objects.filter(user=request.user, reviewround=OuterRef("round"))
    return Case.objects.filter(Q(user=request.user) | Q(Exists(panels)) | Q(user__in=reachable))


@dataclass(frozen=True)
class Sight:
    """As what somebody looks at a case. More than one may be true; the stricter view wins."""

    is_person: bool
    is_proposer: bool
    is_member: bool
    is_steward: bool
    is_manager: bool
    is_auditor: bool
    has_voted: bool
    in_review: bool

    @property
    def appraisals(self) -> bool:
        """Appraisals with their comments are confidential: only the panel, personnel and auditors read them here."""
        return not self.is_person and (self.is_member or self.is_steward or self.is_auditor)

    @property
    def ratings(self) -> bool:
        """How many ratings were good enough, the person and the superiors may know too."""
        return self.is_person or self.is_manager or self.is_member or self.is_steward or self.is_auditor

    @property
    def votes(self) -> bool:
        """A member sees the others' votes after the own vote or the decision; the person and the manager never do."""
        if self.is_person:
            return False
        if self.is_member and self.in_review and not self.has_voted:
            return False
        return self.is_member or self.is_steward or self.is_auditor

    @property
    def may_vote(self) -> bool:
        return self.in_review and self.is_member

    @property
    def may_decide(self) -> bool:
        return self.in_review and self.is_steward and not self.is_person and not self.is_proposer

    @property
    def justification(self) -> bool:
        """The proposer's words are for those who judge and for the proposer."""
        return not self.is_person


def sight(user: User, case: Case, on: date) -> Sight:
    """How a person looks at a case on a day. The case has its round with the panel."""
    return Sight(
        is_person=user.pk == case.user_id,
        is_proposer=user.pk == case.proposed_by_id,
        is_member=any(member.pk == user.pk for member in entitled(case)),
        is_steward=over(user, case.user, STEWARDS, on),
        is_manager=over(user, case.user, (Role.MANAGER,), on),
        is_auditor=over(user, case.user, (Role.AUDITOR,), on),
        has_voted=any(vote.member_id == user.pk for vote in case.votes.all()),
        in_review=case.state == Case.State.IN_REVIEW,
    )
