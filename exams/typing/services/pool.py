"""The pool of passages: published as frozen versions, drawn, retired."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from exams.typing import passages, queries
from exams.typing.models import Passage, PassageVersion, TypingRun
from exams.typing.normalise import normalise
from ground import journal
from ground.errors import Refused
from ground.freezing import fingerprint
from people.models import User

NO_REPEAT = timedelta(days=183)
RECENT = 5_000  # draws that are evened out: what a start costs does not grow with the years


@transaction.atomic
def publish_passage(
    *, code: str, title: str, text: str, use: str, now: datetime, by: User | None = None, allowed: str = ""
) -> Passage:
    """Freezes a text as the passage's next version, from which runs draw from now on; the same text again changes nothing.

    `use` is "exam" or "practice" and stays: an exam passage never becomes practice. Raises Refused with the code of the
    first problem of passages.problems, or "duplicate", "taken" (another passage has one of its sentences) or "use".
    """
    text = "\n".join(filter(None, (line.strip() for line in text.splitlines())))
    found = passages.figures(text)
    if codes := passages.problems(found, allowed=allowed):
        raise Refused(" ".join(problem_sentence(problem, found, allowed) for problem in codes), code=codes[0])
    digest = fingerprint(text)
    passage, _created = Passage.objects.get_or_create(code=code, defaults={"title": title, "use": use})
    passage = Passage.objects.select_for_update(of=("self",)).select_related("current").get(pk=passage.pk)
    if passage.use != use:
        raise Refused(
            _("Exam passages and practice passages stay apart: publish this text under another code."), code="use"
        )
    if PassageVersion.objects.filter(content_hash=digest).exclude(passage=passage).exists():
        raise Refused(_("Another passage already has this text."), code="duplicate")
    if taken := queries.taken_sentences(text, but=code):
        raise Refused(taken_sentence(*taken[0]), code="taken")
    passage.title, passage.allowed, passage.retired_at = title, allowed, None
    if passage.current is None or passage.current.content_hash != digest:
        number = passage.versions.count() + 1
        passage.current = PassageVersion.objects.create(
            passage=passage, number=number, text=text, created_at=now, content_hash=digest
        )
        journal.record("passage.published", passage, by=by, now=now, data={"version": number, "tokens": found.tokens})
    passage.save()
    return passage


@transaction.atomic
def retire_passage(*, passage: Passage, by: User | None, now: datetime) -> Passage:
    """Takes a passage out of the pool; runs that used it keep it."""
    passage = Passage.objects.select_for_update().get(pk=passage.pk)
    if passage.retired_at is None:
        passage.retired_at = now
        passage.save(update_fields=["retired_at"])
        journal.record("passage.retired", passage, by=by, now=now)
    return passage


def taken_sentence(sentence: str, other: Passage) -> str:
    """That another passage has a sentence already, as an author reads it."""
    return _("This sentence is in the passage “%(title)s” already: %(sentence)s") % {
        "title": other.title,
        "sentence": sentence,
    }


def problem_sentence(code: str, found: passages.Figures, allowed: str = "") -> str:
    """What an author should change, as a full sentence with the passage's own figures."""
    figures = {
        "tokens": found.tokens,
        "least": passages.LEAST_TOKENS,
        "han": f"{found.han / 10:.1f}",
        "punctuation": f"{found.punctuation / 10:.1f}",
        "latin": f"{found.latin / 10:.1f}",
        "uncommon": "".join(c for c in found.uncommon if c not in allowed) or "".join(found.uncommon),
        "longest": found.longest_sentence,
        "limit": passages.LONGEST_SENTENCE,
        "repeated": next(iter(found.repeated), ""),
        "slots": " ".join(f"{{{slot}}}" for slot in found.unknown_slots),
    }
    sentences = {
        "short": _("The passage has %(tokens)s characters; at least %(least)s are needed."),
        "han": _("Chinese characters make up %(han)s%% of the passage; 85%% to 92%% are wanted."),
        "punctuation": _("Punctuation makes up %(punctuation)s%% of the passage; 8%% to 14%% are wanted."),
        "latin": _("Digits and Latin letters make up %(latin)s%% of the passage; at most 3%% are wanted."),
        "uncommon": _("These characters are uncommon: %(uncommon)s. Replace them, or allow them for this passage."),
        "sentence": _("The longest sentence has %(longest)s characters; at most %(limit)s are wanted."),
        "repeated": _("This sentence occurs more than once: %(repeated)s."),
        "slot": _("These placeholders are unknown: %(slots)s."),
    }
    return sentences[code] % figures


def choose_passages(*, user: User, tokens: int, seed: int, now: datetime) -> list[PassageVersion]:
    """Exam passages of at least `tokens` tokens together that the person has not typed within six months.

    Least exposed first; the seed breaks ties. Raises Refused when the pool is used up: a repeated text measures memory.
    """
    mine = Q(attempt__candidacy__user=user, attempt__started_at__gt=now - NO_REPEAT)
    seen = set(TypingRun.objects.filter(mine).values_list("version__passage", flat=True))
    seen |= set(TypingRun.objects.filter(mine, chained__isnull=False).values_list("chained__passage", flat=True))
    exposure = queries.exposure(latest=RECENT)
    pool = Passage.objects.filter(use=Passage.Use.EXAM, retired_at__isnull=True, current__isnull=False)
    candidates = [passage for passage in pool.select_related("current") if passage.pk not in seen]
    candidates.sort(key=lambda passage: (exposure[passage.pk], fingerprint([seed, passage.pk])))
    chosen: list[PassageVersion] = []
    total = 0
    for passage in candidates:
        if total >= tokens:
            break
        chosen.append(passage.current)
        total += len(normalise(passages.fill(passage.current.text, seed)))
    if total < tokens:
        raise Refused(
            _(
                "There is no passage left that you have not typed within six months. "
                "Please tell the examiner, who can publish more passages."
            ),
            code="no_passage",
        )
    return chosen
