"""Rounds and their cases, and the votes that count."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from people.models import User
from promotions.models import Appeal, Case, Mediation, ReviewRound, Vote
from promotions.queries.dossiers import judged_cases, judged_from


def rounds(visible: QuerySet[ReviewRound]) -> QuerySet[ReviewRound]:
    """Rounds with the number of their cases and of those decided; withdrawn cases are not counted."""
    return visible.annotate(
        case_count=Count("cases", filter=~Q(cases__state=Case.State.WITHDRAWN), distinct=True),
        decided_count=Count("cases__decision", distinct=True),
        panel_count=Count("panel", distinct=True),
    )


def cases_of(review: ReviewRound, visible: QuerySet[Case], on: date) -> list[Case]:
    """The visible cases of a round, each with `met`, `total`, `voted` and `voters` for its row.

    Before the round is in review the requirements are judged live; then the dossier speaks.
    """
    rows = list(
        visible.filter(round=review)
        .exclude(state=Case.State.WITHDRAWN)
        .select_related("user", "to_level", "from_level", "rule_version", "proposed_by", "decision", "round")
        .annotate(frozen=F("dossier__content__requirements"))
        .prefetch_related("votes")
        .order_by("user__name_sort")
    )
    panel = {member.pk for member in review.panel.all()}
    live = judged_cases([case for case in rows if case.frozen is None], on)
    for case in rows:
        judged = live[case.pk] if case.frozen is None else judged_from(case.frozen)
        case.met, case.total = sum(one.met for one in judged), len(judged)
        case.voters = len(panel - {case.user_id, case.proposed_by_id})
        case.voted = len({vote.member_id for vote in case.votes.all()})
    return rows


def newest_votes(case: Case) -> list[Vote]:
    """The vote of each member that counts: the newest. The case has its votes with their members."""
    newest = {vote.member_id: vote for vote in sorted(case.votes.all(), key=lambda vote: vote.pk)}
    return sorted(newest.values(), key=lambda vote: vote.pk)


def quorum(voters: int) -> int:
    """How many votes a decision waits for: at least half of those entitled, never none."""
    return max(1, (voters + 1) // 2)


def tally(votes: Iterable[Vote]) -> list[tuple[str, int]]:
    """(choice in words, how many) of the votes that count, in the order for, against, abstain."""
    counted = [vote.choice for vote in votes]
    return [(str(label), counted.count(value)) for value, label in Vote.Choice.choices]


def open_appeals(people: QuerySet[User], but: User) -> QuerySet[Appeal]:
    """Appeals of these people that are neither settled nor ruled on, oldest first; none in which `but` refused or appeals."""
    rows = Appeal.objects.filter(case__user__in=people, ruled_at__isnull=True)
    rows = rows.exclude(mediation__outcome=Mediation.Outcome.SETTLED).exclude(
        Q(case__user=but) | Q(case__decision__by=but)
    )
    return rows.select_related("case__user", "case__to_level", "case__round", "mediation").order_by("at", "pk")
