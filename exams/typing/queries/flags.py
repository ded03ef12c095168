"""What an examiner looks at: flagged runs, the evidence behind a run's flags, and the person's own other results."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exams.models import Attempt, AttemptRuling
from exams.typing import evidence, passages, scoring
from exams.typing.models import TypingBatch, TypingRun
from exams.typing.queries.attempts import records_of
from exams.typing.queries.results import figures_of
from people.models import User

RECENT = 8

FLAGS: dict[str, tuple[Promise, Promise]] = {
    "paste": (_("pasting"), _("Pasting was tried. It was refused, and nothing came into the text.")),
    "drop": (_("dragging in"), _("Text was dragged in. It was refused, and nothing came into the text.")),
    "drag": (_("dragging out"), _("Text was dragged away. It was refused.")),
    "yank": (_("inserting what was cut"), _("A cut text was to be inserted by a key. It was refused.")),
    "undo": (_("undo"), _("Undo was tried. It was refused.")),
    "redo": (_("redo"), _("Redo was tried. It was refused.")),
    "replacement": (
        _("automatic replacement"),
        _("A correction or an extension wanted to replace words. It was refused."),
    ),
    "blur": (
        _("left the text field"),
        _("The text field lost the focus: another window, or a click beside it. Some input methods do this too."),
    ),
    "hidden": (_("page hidden"), _("The page was out of sight: another tab or window was in front.")),
    "unannounced": (
        _("unannounced input"),
        _("Text came in without the browser announcing it first. Some input methods do this, and so do scripts."),
    ),
    "automated": (_("automated browser"), _("The browser said that a program controls it.")),
    "offline": (_("connection lost"), _("The connection was lost for a while; what was typed came later.")),
    "text_differs": (
        _("text differs"),
        _("The text in the browser was not what the recorded keystrokes add up to. The keystrokes count."),
    ),
    "silent": (
        _("silent change"),
        _("The text changed without any input: a script, an extension or an aid filled it in."),
    ),
    "long_commit": (
        _("long commits"),
        _("More than 12 characters came at once: a long phrase of the input method, a phrase list, or dictation."),
    ),
    "burst": (
        _("bursts"),
        _("More than 60 characters within ten seconds: faster than nearly anybody types."),
    ),
    "network_gap": (_("late batches"), _("Keystrokes waited more than ten seconds for the connection.")),
    "touch": (
        _("perhaps no keyboard"),
        _("The device looked like a phone or tablet; the person said that a keyboard is attached."),
    ),
}
"""code: (the name of a flag in a list, what happened in a sentence)."""


@dataclass(frozen=True)
class Flag:
    """A flag with its evidence: how often, and the first moments."""

    code: str
    name: str
    sentence: str
    count: int
    moments: list[evidence.Moment] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many moments are not shown."""
        return max(0, self.count - len(self.moments)) if self.moments else 0


def name_of(code: str) -> str:
    """A flag's name; an unknown one is its own."""
    return str(FLAGS[code][0]) if code in FLAGS else code


def flagged(people: QuerySet[User]) -> QuerySet[TypingRun]:
    """Ended runs of these people with flags (re-checks left out), each with its figures and what has been decided.

    Annotated: `speed` and `accuracy` in tenths, `flag_words` (the flags as text, for filters), `decision` (the kind of the
    newest ruling or None), `rechecked` (whether no re-check is still to come).
    """
    certified = Cast("certified", BigIntegerField())
    rulings = AttemptRuling.objects.filter(attempt=OuterRef("attempt")).order_by("-id")
    orders = AttemptRuling.objects.filter(attempt=OuterRef("attempt"), kind=AttemptRuling.Kind.RECHECK)
    due = orders.filter(Q(recheck__isnull=True) | Q(recheck__state=Attempt.State.OPEN))
    return (
        TypingRun.objects.filter(
            attempt__candidacy__user__in=people, attempt__ordered__isnull=True, typed__isnull=False
        )
        .exclude(flags=[])
        .select_related("attempt__candidacy__user", "attempt__candidacy__sitting__exam")
        .defer("text", "committed")
        .annotate(
            speed=certified * scoring.MS_PER_MINUTE * 10 / F("duration_ms"),
            accuracy=Case(When(typed=0, then=Value(0)), default=certified * 1000 / F("typed")),
            flag_words=Cast("flags", TextField()),
            decision=Subquery(rulings.values("kind")[:1]),
            rechecked=~Exists(due),
        )
    )


def with_flag(runs: QuerySet[TypingRun], code: str) -> QuerySet[TypingRun]:
    """Those of `flagged` that have this flag."""
    return runs.filter(flag_words__contains=f'"code": "{code}"')


UNDECIDED, RECHECK_DUE = "undecided", "recheck_due"


def with_decision(runs: QuerySet[TypingRun], word: str) -> QuerySet[TypingRun]:
    """Those of `flagged` that are undecided, wait for a re-check, were confirmed, or are void."""
    if word == UNDECIDED:
        return runs.filter(Q(decision__isnull=True) | Q(decision=AttemptRuling.Kind.RECHECK, rechecked=True))
    if word == RECHECK_DUE:
        return runs.filter(decision=AttemptRuling.Kind.RECHECK, rechecked=False)
    return runs.filter(decision=word)


def decision_of(run: TypingRun) -> tuple[str, str]:
    """(word of with_decision or "rechecked", badge) of a run of `flagged`."""
    if run.decision is None:
        return UNDECIDED, "due"
    if run.decision == AttemptRuling.Kind.RECHECK:
        return ("rechecked", "due") if run.rechecked else (RECHECK_DUE, "")
    return run.decision, "late" if run.decision == AttemptRuling.Kind.VOID else "ok"


def flags_of(run: TypingRun, records: Iterable[dict[str, Any]]) -> list[Flag]:
    """The stored flags of an ended run with the moments behind them, the gravest count first."""
    found: dict[str, list[evidence.Moment]] = {}
    for moment in evidence.moments(records, run.duration_ms):
        found.setdefault(moment.code, []).append(moment)
    return [
        Flag(
            code=flag["code"],
            name=name_of(flag["code"]),
            sentence=str(FLAGS[flag["code"]][1]) if flag["code"] in FLAGS else "",
            count=flag["count"],
            moments=found.get(flag["code"], [])[: evidence.MOST_MOMENTS],
        )
        for flag in sorted(run.flags, key=lambda flag: -flag["count"])
    ]


@dataclass(frozen=True)
class Compared:
    """One of a person's runs beside the one looked at. `kind` is this, recheck or other."""

    run: TypingRun
    score: scoring.Score
    kind: str


def recent_runs(run: TypingRun, user: User) -> list[Compared]:
    """The person's last runs with this one and its re-checks among them, oldest first."""
    runs = TypingRun.objects.filter(attempt__candidacy__user=user, typed__isnull=False).exclude(
        attempt__state=Attempt.State.VOID
    )
    about = ("attempt__candidacy__sitting__exam", "attempt__ordered")
    newest = list(runs.select_related(*about).defer("text", "committed").order_by("-attempt__ended_at")[:RECENT])
    if run.pk not in {one.pk for one in newest}:
        newest.append(run)
    newest.sort(key=lambda one: one.attempt.ended_at)
    return [Compared(one, figures_of(one), _kind(one, run)) for one in newest]


def _kind(one: TypingRun, run: TypingRun) -> str:
    if one.pk == run.pk:
        return "this"
    ordered = one.attempt.ordered
    return "recheck" if ordered is not None and ordered.attempt_id == run.attempt_id else "other"


def rechecks_of(attempt: Attempt) -> list[TypingRun]:
    """The re-checks of an attempt that have begun, oldest first."""
    runs = TypingRun.objects.filter(attempt__ordered__attempt=attempt)
    return list(runs.select_related("attempt__ordered__by").order_by("attempt__started_at"))


def waiting_order(attempt: Attempt) -> AttemptRuling | None:
    """The order of a re-check that nobody has begun yet."""
    return attempt.rulings.filter(kind=AttemptRuling.Kind.RECHECK, recheck__isnull=True).order_by("id").first()


def waiting_orders(user: User) -> QuerySet[AttemptRuling]:
    """The re-checks that a person has still to type or to finish."""
    orders = AttemptRuling.objects.filter(kind=AttemptRuling.Kind.RECHECK, attempt__candidacy__user=user)
    return (
        orders.filter(Q(recheck__isnull=True) | Q(recheck__state=Attempt.State.OPEN))
        .exclude(attempt__state=Attempt.State.VOID)
        .select_related("attempt__candidacy__sitting__exam")
        .order_by("id")
    )


def late_batches(attempt: Attempt) -> int:
    """How many batches came after the grace: kept, never counted."""
    return TypingBatch.objects.filter(attempt=attempt, late=True).count()


def recording(run: TypingRun) -> dict[str, Any]:
    """What a replay of an ended run needs: the passage in lines and the changes of the text that count.

    `changes` are [t, pos, removed, inserted, composing 0 or 1] in order, `moments` [t, name of the flag].
    """
    records = [record for record in records_of(run.attempt) if record["t"] <= run.duration_ms]
    return {
        "duration_ms": run.duration_ms,
        "lines": passages.lines(run.text),
        "changes": [
            [record["t"], record["pos"], record["removed"], record["inserted"], int(record["composing"])]
            for record in records
            if record["kind"] not in ("note", "check")
        ],
        "moments": [[moment.t, name_of(moment.code)] for moment in evidence.moments(records, run.duration_ms)],
    }
