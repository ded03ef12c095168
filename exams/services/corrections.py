"""Writes that put a wrong key right after the exam: the correction, and the regrading that follows in the background."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from exams import grading, queries
from exams.models import Attempt, Candidacy, KeyCorrection, Mark, QuestionVersion, Regrade, Result
from exams.services.results import announce_all
from exams.services.wording import checked
from ground import journal
from ground.errors import Refused
from people.models import Notification, User
from people.services import note, notify_all

Action = KeyCorrection.Action


@transaction.atomic
def correct_key(
    *, version: QuestionVersion, action: str, key: Mapping[str, Any], reason: str, by: User, now: datetime
) -> KeyCorrection:
    """Puts a key right, takes the question out of the count or credits everybody, and queues the regrading.

    Attempts that end from now on are graded by it at once. Saying the same as the newest correction changes nothing.
    """
    version = QuestionVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not reason.strip():
        raise Refused(_("Give a reason."), code="no_reason")
    if action not in Action.values:
        raise Refused(_("Choose what is to be done."), code="action")
    used = checked_key(version, key) if action == Action.KEY else {}
    newest = KeyCorrection.objects.filter(version=version).last()
    if newest is not None and (newest.action, newest.key) == (action, used):
        return newest
    ids = queries.asked_in(version)
    if Attempt.objects.filter(pk__in=ids, candidacy__user=by).exists():
        raise Refused(_("You were asked this question yourself. Nobody decides on themselves."), code="own")
    correction = KeyCorrection.objects.create(
        version=version, action=action, key=used, reason=reason.strip(), by=by, at=now
    )
    regrade = Regrade.objects.create(correction=correction, total=len(ids))
    about = {"version": version.pk, "action": action, "attempts": len(ids)}
    journal.record("question.corrected", version.question, by=by, now=now, reason=reason, data=about)
    async_task("exams.tasks.regrade", regrade.pk)
    return correction


def checked_key(version: QuestionVersion, key: Mapping[str, Any]) -> dict[str, Any]:
    """A corrected key in its one shape. Raises Refused when it fits no answer, is the old one, or a person marks the kind."""
    if version.kind in grading.BY_PEOPLE:
        raise Refused(_("This question is marked by people. Credit it or take it out of the count."), code="by_people")
    _content, used = checked(version.kind, version.content, {**version.key, **key})
    newest = queries.newest_correction(version)
    if used == version.key and (newest is None or newest[0] != Action.KEY):
        raise Refused(_("This is the key that the question has."), code="same")
    return used


def regrade(*, regrade: Regrade, now: datetime) -> Regrade:
    """Marks every ended attempt that asked the question anew, in batches of 200, each in a transaction of its own.

    It may run twice or be taken up again: a mark is appended only where points change. Attempts whose end was being
    written while the correction was are found in a last look.
    """
    version = regrade.correction.version
    seen: set[int] = set()
    while ids := [pk for pk in queries.asked_in(version) if pk not in seen]:
        seen.update(ids)
        for start in range(0, len(ids), queries.BATCH):
            _regrade_batch(regrade, ids[start : start + queries.BATCH], now)
            done = min(len(seen), len(seen) - len(ids) + start + queries.BATCH)
            Regrade.objects.filter(pk=regrade.pk).update(done=done, total=len(seen))
    Regrade.objects.filter(pk=regrade.pk).update(ended_at=now, done=len(seen), total=len(seen))
    regrade.refresh_from_db()
    return regrade


@transaction.atomic
def _regrade_batch(regrade: Regrade, ids: Sequence[int], now: datetime) -> None:
    version = regrade.correction.version
    # The locks that handing in and settling take, in one order, so that two regradings cannot wait for each other.
    wanted = Attempt.objects.filter(pk__in=ids).values("candidacy")
    list(Candidacy.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk").values_list("pk"))
    correction = queries.newest_correction(version)
    found = queries.changes(ids, version, correction)
    if not found:
        return
    rows = queries.turns(found, now)
    why = regrade.correction.reason[:200]
    Mark.objects.bulk_create(
        [
            Mark(
                attempt=change.attempt,
                position=position,
                version=version,
                topic_id=item["topic"],
                points=points,
                out_of=out_of,
                source=Mark.Source.CORRECTION,
                given_by_id=regrade.correction.by_id,
                given_at=now,
                why=why,
            )
            for change in found
            for position, item, points, out_of in change.marks
        ]
    )
    for change in found:
        change.apply(change.attempt)
    figures = ["points", "out_of", "state", "score", "passed"]
    Attempt.objects.bulk_update([change.attempt for change in found], figures)
    turned = _fold_all(rows, regrade, now)
    Regrade.objects.filter(pk=regrade.pk).update(
        changed=F("changed") + sum(len(change.marks) for change in found), turned=F("turned") + turned
    )


def _fold_all(rows: Sequence["queries.Turn"], regrade: Regrade, now: datetime) -> int:
    """Stores what the candidacies come to, tells those who turn, and returns how many results turned.

    What `fold` does for one, for all: their candidacies are locked.
    """
    fresh, stored, turned, entries, notes = [], [], [], [], []
    for row in {row.candidacy.pk: row for row in rows}.values():
        turns = row.turned
        if not (turns or row.altered):
            continue
        result = row.result or Result(candidacy=row.candidacy, exam=row.candidacy.sitting.exam, user=row.candidacy.user)
        before = _said(result)
        result.candidacy = row.candidacy
        result.passed, result.score, result.parts = row.verdict.passed, row.verdict.score, row.verdict.parts
        (stored if row.result else fresh).append(result)
        if turns:
            result.decided_at = now
            turned.append(result)
        if row.result and turns and queries.released_to_candidate(row.candidacy, now):
            notes.append(_told(row, regrade, now))
        if row.result:
            said = {"before": before, "after": _said(result), "correction": regrade.correction_id}
            entries.append(journal.entry("result.changed", result, by=None, now=now, data=said))
    Result.objects.bulk_create(fresh)
    Result.objects.bulk_update(stored, ["passed", "score", "parts", "decided_at"])
    entries += [
        journal.entry("result.decided", result, by=None, now=now, data={"passed": result.passed}) for result in turned
    ]
    journal.record_all(entries)
    announce_all(results=turned, now=now)
    notify_all(notes)
    return len(turned) - len(fresh)


def _told(row: "queries.Turn", regrade: Regrade, now: datetime) -> Notification:
    return note(
        user=row.candidacy.user,
        kind="exams.corrected",
        key=f"exams.corrected:{regrade.pk}:{row.candidacy.pk}",
        now=now,
        params={"exam": row.candidacy.sitting.exam.name},
        url=reverse("exams:result", args=[row.candidacy.pk]),
    )


def _said(result: Result) -> dict[str, Any]:
    return {"passed": result.passed, "score": None if result.score is None else str(result.score)}
