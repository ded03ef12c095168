"""The one shape of a question's words: harmless markup, and a key that some answer can meet."""

import re
from collections.abc import Callable
from typing import Any

import nh3
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from exams import grading
from exams.models import QuestionVersion
from ground.errors import Refused

TAGS = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "sub", "sup", "img", "audio"}
ATTRIBUTES = {"img": {"src", "alt"}, "audio": {"src"}}
OUR_MEDIA = re.compile(r"/exams/media/[0-9a-f]{64}/[^/\s\"'<>\\]+")
GAP = re.compile(r"\[\[(\d{1,3})\]\]")
MOST, LONGEST, LONGEST_TEXT = 40, 20_000, 500
"""At most so many options, prompts, gaps or criteria; characters of one piece of markup; characters of one accepted answer."""
_MEDIA = re.compile(r"<(img|audio)((?:\s+[\w-]+=\"[^\"]*\")*)\s*/?>(</audio>)?")
Kind = QuestionVersion.Kind
Shape = tuple[dict[str, Any], dict[str, Any]]


def checked(kind: str, content: Any, key: Any) -> Shape:
    """Content and key in their one shape, with harmless markup only. Raises Refused when no answer could be right.

    Whatever is handed in, of any type, is brought into the shapes that QuestionVersion describes, or refused with a sentence.
    What comes out goes in again unchanged.
    """
    if not isinstance(kind, str) or kind not in _SHAPES:
        raise Refused(_("There is no such kind of question."), code="kind")
    content, key = content if isinstance(content, dict) else {}, key if isinstance(key, dict) else {}
    stem = clean(content.get("stem"))
    if is_empty(stem):
        raise Refused(_("Write the question."), code="stem")
    shaped, shaped_key = _SHAPES[kind](stem, content, key)
    return {"stem": stem, **shaped}, shaped_key


def clean(markup: Any) -> str:
    """Markup without what could run or load from elsewhere; pictures and recordings only from our own store."""
    text = markup if isinstance(markup, str) else "" if markup is None else str(markup)
    if len(text) > LONGEST:
        raise Refused(
            _("A text may have at most %(most)s characters; this one has %(length)s.")
            % {"most": LONGEST, "length": len(text)},
            code="long",
        )
    cleaned = nh3.clean(
        text.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "ignore").decode(),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_our_own,
        set_tag_attribute_values={"audio": {"controls": "controls"}},
    )
    return _MEDIA.sub(lambda found: found[0] if " src=" in found[2] else "", cleaned).strip()


def is_empty(markup: str) -> bool:
    """Whether nothing is left to read, see or hear."""
    return not strip_tags(markup).replace("&nbsp;", " ").strip() and " src=" not in markup


def _our_own(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if OUR_MEDIA.fullmatch(value) else None
    return value


def _plain(value: Any, most: int = LONGEST_TEXT) -> str:
    """A text without markup, in one piece."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    text = text.replace("\0", "").encode("utf-8", "ignore").decode().strip()
    if len(text) > most:
        raise Refused(
            _("A text may have at most %(most)s characters; this one has %(length)s.")
            % {"most": most, "length": len(text)},
            code="long",
        )
    return text


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _few(values: list[Any], code: str) -> list[Any]:
    if len(values) > MOST:
        raise Refused(
            _("A question may have at most %(most)s options, prompts, gaps or criteria.") % {"most": MOST}, code=code
        )
    return values


def _options(content: dict[str, Any]) -> list[str]:
    options = [clean(option) for option in _few(_list(content.get("options")), "options")]
    if len(options) < 2 or any(is_empty(option) for option in options):
        raise Refused(_("Write at least two options, one a line."), code="options")
    if len(set(options)) < len(options):
        raise Refused(_("Two options are the same."), code="options")
    return options


def _scoring(key: dict[str, Any], other: str) -> str:
    scoring = key.get("scoring") or "all"
    if scoring not in ("all", other):
        raise Refused(_("There is no such way to give points for this kind of question."), code="scoring")
    return scoring


def _exist(indexes: list[Any], options: list[Any]) -> None:
    if not all(type(index) is int and 0 <= index < len(options) for index in indexes):
        raise Refused(_("The key names an option that does not exist."), code="key")


def _single(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    options, correct = _options(content), _list(key.get("correct"))
    _exist(correct, options)
    if len(set(correct)) != 1:
        raise Refused(_("A single choice has exactly one right option."), code="key")
    return {"options": options}, {"correct": sorted(set(correct))}


def _multiple(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    options, correct = _options(content), _list(key.get("correct"))
    _exist(correct, options)
    if len(set(correct)) < 2:
        raise Refused(_("A multiple choice has at least two right options."), code="key")
    scoring = _scoring(key, "minus")
    if scoring == "minus" and len(set(correct)) == len(options):
        raise Refused(_("Where wrong choices count against right ones, at least one option must be wrong."), code="key")
    return {"options": options}, {"correct": sorted(set(correct)), "scoring": scoring}


def _true_false(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    if not isinstance(key.get("answer"), bool):
        raise Refused(_("Say whether the statement is true or false."), code="key")
    return {}, {"answer": key["answer"]}


def _numeric(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    value, tolerance = _plain(key.get("value"), 40), _plain(key.get("tolerance"), 40) or "0"
    within = grading.number(tolerance)
    if grading.number(value) is None or within is None or within < 0:
        raise Refused(_("The key needs a number, and a tolerance that is not negative."), code="key")
    unit = _plain(nh3.clean(_plain(content.get("unit")), tags=set()), 40)
    return {"unit": unit}, {"value": value, "tolerance": tolerance}


def _short_text(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    accepted = _accepted(key)
    if not accepted:
        raise Refused(_("Write at least one accepted answer."), code="key")
    return {}, {"accepted": accepted}


def _accepted(key: dict[str, Any]) -> list[str]:
    """The accepted texts in which something is left to compare, each once."""
    texts = [_plain(text) for text in _few(_list(key.get("accepted")), "key")]
    return list(dict.fromkeys(text for text in texts if grading.fold(text)))


def _ordering(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    options, sequence = _options(content), _list(key.get("sequence"))
    _exist(sequence, options)
    if sorted(sequence) != list(range(len(options))):
        raise Refused(_("The right order must name every item exactly once."), code="key")
    return {"options": options}, {"sequence": sequence, "scoring": _scoring(key, "part")}


def _matching(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    prompts = [clean(prompt) for prompt in _few(_list(content.get("prompts")), "options")]
    if len(prompts) < 2 or any(is_empty(prompt) for prompt in prompts):
        raise Refused(_("Write at least two pairs, one a line."), code="options")
    if len(set(prompts)) < len(prompts):
        raise Refused(_("Two prompts are the same."), code="options")
    options, pairs = _options(content), _list(key.get("pairs"))
    if len(options) < len(prompts):
        raise Refused(_("There must be at least as many answers to choose from as there are prompts."), code="options")
    _exist(pairs, options)
    if len(pairs) != len(prompts):
        raise Refused(_("The key must say for every prompt which answer belongs to it."), code="key")
    return {"prompts": prompts, "options": options}, {"pairs": pairs, "scoring": _scoring(key, "part")}


def _cloze(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    gaps = [gap if isinstance(gap, dict) else {} for gap in _few(_list(content.get("gaps")), "gaps")]
    keys = [gap if isinstance(gap, dict) else {} for gap in _list(key.get("gaps"))]
    named = sorted(int(number) for number in GAP.findall(stem))
    if not gaps or named != list(range(1, len(gaps) + 1)) or len(GAP.findall(strip_tags(stem))) != len(gaps):
        raise Refused(
            _("Mark each gap once in the text as [[1]], [[2]] and so on, and describe each of them."), code="gaps"
        )
    if len(keys) != len(gaps):
        raise Refused(_("The key must say for every gap what is right."), code="key")
    shaped = [_gap(gap, gap_key, place) for place, (gap, gap_key) in enumerate(zip(gaps, keys, strict=True), start=1)]
    return (
        {"gaps": [gap for gap, _key in shaped]},
        {"gaps": [gap_key for _gap, gap_key in shaped], "scoring": _scoring(key, "part")},
    )


def _gap(gap: dict[str, Any], key: dict[str, Any], place: int) -> Shape:
    """One gap: a choice where it has options, else a text."""
    if not _list(gap.get("options")):
        accepted = _accepted(key)
        if not accepted:
            raise Refused(_("Gap %(gap)s needs at least one accepted answer.") % {"gap": place}, code="key")
        return {}, {"accepted": accepted}
    options = [_plain(option) for option in _few(_list(gap["options"]), "gaps")]
    if len(options) < 2 or not all(options) or len(set(options)) < len(options):
        raise Refused(_("Gap %(gap)s needs at least two options, all different.") % {"gap": place}, code="gaps")
    correct = key.get("correct")
    if type(correct) is not int or not 0 <= correct < len(options):
        raise Refused(_("Gap %(gap)s needs exactly one right option.") % {"gap": place}, code="key")
    return {"options": options}, {"correct": correct}


def _case(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    return {}, {}


def _essay(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    words = _whole(content.get("words"), 1, 5000, _("The number of words must be a whole number from 1 to 5,000."))
    return {"words": words}, _rubric(key)


def _file(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    if content.get("accepts") not in ("audio", "document"):
        raise Refused(_("Say whether a recording or a document is asked for."), code="accepts")
    return {"accepts": content["accepts"]}, _rubric(key)


def _task(stem: str, content: dict[str, Any], key: dict[str, Any]) -> Shape:
    minutes = _whole(content.get("minutes"), 1, 240, _("The minutes must be a whole number from 1 to 240."))
    shaped = _rubric(key)
    if not shaped["rubric"]:
        raise Refused(_("A face-to-face task needs a rubric: examiners score it by its criteria."), code="rubric")
    return {"minutes": minutes}, shaped


def _whole(value: Any, least: int, most: int, sentence: str) -> int | None:
    if value is None or value == "":
        return None
    if type(value) is not int or not least <= value <= most:
        raise Refused(sentence, code="number")
    return value


def _rubric(key: dict[str, Any]) -> dict[str, Any]:
    """The criteria, each with its levels from the most points to the fewest, and a model answer."""
    criteria = []
    for given in _few(_list(key.get("rubric")), "rubric"):
        criterion = given if isinstance(given, dict) else {}
        name = _plain(criterion.get("name"), 200)
        levels = [level if isinstance(level, dict) else {} for level in _few(_list(criterion.get("levels")), "rubric")]
        if not name:
            raise Refused(_("Give every criterion of the rubric a name."), code="rubric")
        points = [level.get("points") for level in levels]
        if len(levels) < 2 or not all(type(worth) is int and 0 <= worth <= 100 for worth in points):
            raise Refused(
                _("The criterion “%(name)s” needs at least two levels, each with whole points from 0 to 100.")
                % {"name": name},
                code="rubric",
            )
        if len(set(points)) < len(points) or max(points) == 0:
            raise Refused(
                _("The levels of the criterion “%(name)s” must differ in points, and the best must be worth some.")
                % {"name": name},
                code="rubric",
            )
        shaped = [{"points": level["points"], "text": _plain(level.get("text"), 1000)} for level in levels]
        criteria.append({"name": name, "levels": sorted(shaped, key=lambda level: -level["points"])})
    if len({criterion["name"] for criterion in criteria}) < len(criteria):
        raise Refused(_("Two criteria of the rubric have the same name."), code="rubric")
    return {"rubric": criteria, "model": _plain(key.get("model"), LONGEST)}


_SHAPES: dict[str, Callable[[str, dict[str, Any], dict[str, Any]], Shape]] = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.TRUE_FALSE: _true_false,
    Kind.NUMERIC: _numeric,
    Kind.SHORT_TEXT: _short_text,
    Kind.ORDERING: _ordering,
    Kind.MATCHING: _matching,
    Kind.CLOZE: _cloze,
    Kind.CASE: _case,
    Kind.ESSAY: _essay,
    Kind.FILE: _file,
    Kind.TASK: _task,
}
