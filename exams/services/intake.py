"""Judged rows into the bank, in bulk: twelve thousand questions cost a few hundred statements, not sixty thousand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from exams.formats import Row
from exams.models import BankExchange, Question, QuestionTopic, QuestionVersion
from exams.services.judging import cases_of, words_of
from ground import journal
from ground.errors import Refused
from people.models import Level, User
from topics.models import Topic

BATCH = 500
Line = tuple[Row, str]
"""A judged row and the fingerprint of its words."""


@dataclass
class Taken:
    """How many questions are new, have new words, are only filed elsewhere (topics, level, case), or are as before."""

    new: int = 0
    revised: int = 0
    filed: int = 0
    unchanged: int = 0


@dataclass
class _Intake:
    """One import under way."""

    by: User | None
    now: datetime
    topics: dict[str, int]
    levels: dict[str, int]
    taken: Taken = field(default_factory=Taken)
    in_cases: dict[int, tuple[str, int]] = field(default_factory=dict)
    """{question id: (case code, place)} of questions that are not yet where the file wants them."""

    def level(self, row: Row) -> int | None:
        """The id of the row's level."""
        if row.level and row.level not in self.levels:
            raise _changed()
        return self.levels[row.level] if row.level else None

    def topics_of(self, row: Row) -> set[int]:
        """The ids of the row's topics."""
        if not self.topics.keys() >= set(row.topics):
            raise _changed()
        return {self.topics[code] for code in row.topics}


def take(lines: Iterable[Line], *, by: User | None, now: datetime) -> Taken:
    """Takes every row into the bank as drafts; call it inside a transaction. The same rows again change nothing.

    Raises Refused when the bank has changed since they were judged so that a row fits no more.
    """
    # The oldest exchange is the turnstile: two imports never meet inside.
    list(BankExchange.objects.select_for_update().order_by("pk").values_list("pk")[:1])
    intake = _Intake(
        by,
        now,
        dict(Topic.objects.values_list("code", "pk")),
        dict(Level.objects.values_list("code", "pk")),
    )
    lines = iter(lines)
    while batch := list(islice(lines, BATCH)):
        _batch(intake, batch)
    _into_cases(intake)
    return intake.taken


def _changed() -> Refused:
    return Refused(_("The bank has changed since the file was checked. Upload it again."), code="changed")


def _batch(intake: _Intake, lines: list[Line]) -> None:
    questions = {
        question.code: question
        for question in Question.objects.select_for_update(of=("self",))
        .filter(code__in=[row.code for row, _hash in lines])
        .order_by("pk")
    }
    ids = {(question.draft_id or question.current_id): question.pk for question in questions.values()}
    hashes = {ids[pk]: held for pk, held in _values(QuestionVersion, ids, "content_hash")}
    numbers = dict(
        QuestionVersion.objects.filter(question__in=questions.values())
        .values_list("question")
        .annotate(Max("number"))
        .order_by()
    )
    codes = {question.pk: question.case_id for question in questions.values()}
    cases = dict(Question.objects.filter(pk__in=set(codes.values()) - {None}).values_list("pk", "code"))
    new = Question.objects.bulk_create(
        [
            Question(code=row.code, level_id=intake.level(row), place=row.place)
            for row, _hash in lines
            if row.code not in questions
        ]
    )
    made = {question.code: question for question in new}
    versions, entries, refiled = [], [], []
    tagged = _tag(intake, [(made.get(row.code) or questions[row.code], row) for row, _hash in lines], set(questions))
    for row, content_hash in lines:
        question = made.get(row.code) or questions[row.code]
        held_case = cases.get(question.case_id, "")
        if row.case != held_case:
            intake.in_cases[question.pk] = (row.case, row.place)
        act, data = "", {}
        if row.code in made:
            intake.taken.new += 1
            act = "added"
        else:
            moved = _file(intake, question, row) | (question.pk in tagged) | (row.case != held_case)
            if moved:
                refiled.append(question)
            if hashes.get(question.pk) != content_hash:
                intake.taken.revised += 1
                act, data = "revised", {"version": numbers.get(question.pk, 0) + 1}
            elif moved:
                intake.taken.filed += 1
                act = "filed"
            else:
                intake.taken.unchanged += 1
        if act:
            entries.append(
                journal.entry(f"question.{act}", question, by=intake.by, now=intake.now, data=data | {"from": "import"})
            )
        if act in ("added", "revised"):
            versions.append(
                QuestionVersion(
                    question=question,
                    number=numbers.get(question.pk, 0) + 1,
                    author=intake.by,
                    created_at=intake.now,
                    content_hash=content_hash,
                    **words_of(row),
                )
            )
    QuestionVersion.objects.bulk_create(versions)
    _as_drafts([version.question_id for version in versions])
    _refile(refiled)
    journal.record_all(entries)


def _values(model: type[QuestionVersion], ids: Iterable[int], name: str) -> Iterator[tuple[int, Any]]:
    return model.objects.filter(pk__in=ids).values_list("pk", name).iterator()


def _tag(intake: _Intake, pairs: list[tuple[Question, Row]], known: set[str]) -> set[int]:
    """Writes which topics the questions test; the ids of questions already in the bank whose topics changed."""
    held: dict[int, set[int]] = {}
    before = [question.pk for question, row in pairs if row.code in known]
    for question, topic in QuestionTopic.objects.filter(question__in=before).values_list("question", "topic"):
        held.setdefault(question, set()).add(topic)
    added: list[QuestionTopic] = []
    changed: set[int] = set()
    for question, row in pairs:
        wanted, has = intake.topics_of(row), held.get(question.pk, set())
        if row.code in known and wanted != has:
            changed.add(question.pk)
            QuestionTopic.objects.filter(question=question, topic__in=has - wanted).delete()
        added += [QuestionTopic(question=question, topic_id=topic) for topic in sorted(wanted - has)]
    QuestionTopic.objects.bulk_create(added, batch_size=BATCH)
    return changed


def _file(intake: _Intake, question: Question, row: Row) -> bool:
    """Level and place as the row says; whether either differs from the record."""
    level = intake.level(row)
    if (question.level_id, question.place) == (level, row.place):
        return False
    question.level_id, question.place = level, row.place
    return True


def _refile(questions: list[Question]) -> None:
    """Writes level and place, a statement for each pair of them: there are few, however many questions."""
    groups: dict[tuple[int | None, int], list[int]] = {}
    for question in questions:
        groups.setdefault((question.level_id, question.place), []).append(question.pk)
    for (level, place), ids in groups.items():
        Question.objects.filter(pk__in=ids).update(level=level, place=place)


def _as_drafts(ids: list[int]) -> None:
    """The newest version of each question becomes its draft; who was reviewed is a draft again."""
    newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number").values("pk")[:1]
    Question.objects.filter(pk__in=ids).update(draft=Subquery(newest))
    Question.objects.filter(pk__in=ids, state=Question.State.REVIEWED).update(state=Question.State.DRAFT)


def _into_cases(intake: _Intake) -> None:
    """Questions into their cases, once every case of the file is in the bank."""
    wanted = {case for case, _place in intake.in_cases.values() if case}
    known = cases_of(wanted)
    if wanted - known.keys():
        raise _changed()
    questions = [Question(pk=pk, case_id=known.get(case), place=place) for pk, (case, place) in intake.in_cases.items()]
    Question.objects.bulk_update(questions, ["case", "place"], batch_size=BATCH)
