"""Requirements in words: what is asked, what was measured, and where to go for what is missing.

Figures come live from `eligibility` or frozen from a dossier, where days and decimals are text.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from promotions.eligibility import FIGURES, Fault, Judged
from quality.models import Appraisal

Names = dict[str, dict[str, str]]


def day(value: date | str) -> str:
    """A day in the reader's format."""
    return formats.date_format(date.fromisoformat(value) if isinstance(value, str) else value, "DATE_FORMAT")


def last_day(expires_on: date | str) -> date:
    """The last day on which a certificate holds, as it is printed; `expires_on` is the day after."""
    return (date.fromisoformat(expires_on) if isinstance(expires_on, str) else expires_on) - timedelta(days=1)


def figure(value: Decimal | int | str) -> str:
    """A figure without idle zeros: 92.00 reads 92, 94.50 reads 94.5."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def kind_name(kind: str) -> str:
    """What a kind of requirement is called in the form."""
    return {
        "certificate": _("Valid certificate"),
        "exam": _("Exam score"),
        "typing": _("Chinese typing"),
        "courses": _("Courses"),
        "quality": _("Quality average"),
        "months_in_level": _("Time on the level"),
        "appraisals": _("Appraisals"),
        "no_violation": _("No violation in force"),
    }[kind]


def title(required: dict[str, Any], names: Names) -> str:
    """What is asked, in a few words."""
    kind = required["kind"]
    if kind == "certificate":
        code = required["kind_code"]
        return _("Certificate: %(name)s") % {"name": names["certificate"].get(code, code)}
    if kind == "exam":
        return _("Exam: %(name)s") % {"name": names["exam"].get(required["exam"], required["exam"])}
    if kind == "courses":
        return _("Courses: %(level)s") % {"level": names["level"].get(required["level"], required["level"])}
    return kind_name(kind)


def evidence(judged: Judged) -> str:
    """What was measured, and against what."""
    return _EVIDENCE[judged.kind](judged, judged.required, judged.actual)


def confidential() -> str:
    """Stands for figures that the reader may not see."""
    return _("Confidential: the panel and personnel see the figures.")


def _certificate(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    if actual["number"] is None:
        return _("No such certificate yet.")
    if judged.met:
        values = {"number": actual["number"], "day": day(last_day(actual["expires_on"]))}
        return _("%(number)s, valid until %(day)s.") % values
    values = {"number": actual["number"], "day": day(actual["revoked_on"] or actual["expires_on"])}
    if actual["revoked_on"]:
        return _("%(number)s was revoked on %(day)s.") % values
    return _("%(number)s expired on %(day)s.") % values


def _exam(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    values = {"required": required["score"]}
    if actual["passed"] is None:
        return _("Not taken yet; a pass with %(required)s of 100 is required.") % values
    values["day"] = day(actual["on"])
    if actual["score"] is None:
        return _("Taken on %(day)s without a score; %(required)s of 100 are required.") % values
    values["score"] = figure(actual["score"])
    if not actual["passed"]:
        return _("%(score)s of 100 and not passed on %(day)s; a pass with %(required)s is required.") % values
    return _("%(score)s of 100 on %(day)s; %(required)s are required.") % values


def _typing(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    values = {"required": required["speed"], "gate": required["accuracy"]}
    if actual["speed"] is None:
        return _("No test yet; %(required)s characters a minute at %(gate)s %% are required.") % values
    values |= {"speed": str(actual["speed"]), "accuracy": str(actual["accuracy"])}
    return _("%(speed)s characters a minute at %(accuracy)s %%; %(required)s at %(gate)s %% are required.") % values


def _courses(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    return _("%(count)s completed; %(required)s are required.") % {
        "count": actual["count"],
        "required": required["count"],
    }


def _quality(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    values = {"required": required["average"], "days": required["days"], "least": required["least"]}
    if actual["average"] is None:
        return (
            _("No review in the last %(days)s days; an average of %(required)s from at least %(least)s is required.")
            % values
        )
    values |= {"average": str(actual["average"]), "count": actual["count"]}
    return (
        _(
            "%(average)s from %(count)s reviews in the last %(days)s days; "
            "%(required)s from at least %(least)s are required."
        )
        % values
    )


def _months_in_level(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    values = {"months": actual["months"], "required": required["months"]}
    if actual["since"] is None or judged.reached_on is None:
        return _("Not on a level yet; %(required)s months are required.") % values
    if judged.met:
        return _("%(months)s months since %(since)s; %(required)s are required.") % (
            values | {"since": day(actual["since"])}
        )
    return _("%(months)s months; %(required)s are required, reached on %(day)s.") % (
        values | {"day": day(judged.reached_on)}
    )


def _appraisals(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    values = {
        "good": actual["good"],
        "rated": actual["rated"],
        "required": required["count"],
        "rating": Appraisal.Rating(required["rating"]).label,
    }
    if not actual["rated"]:
        return _("No appraisal yet; the last %(required)s at “%(rating)s” or better are required.") % values
    return (
        _("%(good)s of the last %(rated)s at “%(rating)s” or better; all of the last %(required)s are required.")
        % values
    )


def _no_violation(judged: Judged, required: dict[str, Any], actual: dict[str, Any]) -> str:
    if judged.met or judged.reached_on is None:
        return _("None in force.")
    sentence = ngettext(
        "%(count)s in force until %(day)s; none is allowed.",
        "%(count)s in force, the last until %(day)s; none is allowed.",
        actual["count"],
    )
    return sentence % {"count": actual["count"], "day": day(judged.reached_on)}


_EVIDENCE = {
    "certificate": _certificate,
    "exam": _exam,
    "typing": _typing,
    "courses": _courses,
    "quality": _quality,
    "months_in_level": _months_in_level,
    "appraisals": _appraisals,
    "no_violation": _no_violation,
}


def fault(found: Fault) -> str:
    """What is wrong with a requirement, and what to do."""
    if found.code == "empty":
        return _("A rule needs at least one requirement.")
    if found.code == "unknown":
        return _("Requirement %(number)s is of no known kind. Choose one of: %(kinds)s.") % {
            "number": found.index + 1,
            "kinds": _(", ").join(kind_name(kind) for kind in FIGURES),
        }
    values = {"kind": kind_name(found.kind), "figure": figure_name(found.name) if found.name else ""}
    if found.code == "missing":
        return _("%(kind)s: fill in “%(figure)s”.") % values
    if found.code == "double":
        return _("%(kind)s is asked for twice. Keep one of them.") % values
    if found.code == "unexpected":
        return _("%(kind)s has no figure called “%(figure)s”. Take it out.") % (values | {"figure": found.name})
    if found.least is None:
        return _("%(kind)s: “%(figure)s” must be a code.") % values
    return _("%(kind)s: “%(figure)s” must be a whole number from %(least)s to %(most)s.") % (
        values | {"least": found.least, "most": found.most}
    )


def figure_name(name: str) -> str:
    """What a figure of a requirement is called in the form."""
    return {
        "kind_code": _("Kind of certificate"),
        "exam": _("Exam"),
        "score": _("Least score, of 100"),
        "speed": _("Characters a minute"),
        "accuracy": _("Least accuracy, percent"),
        "level": _("Level of the courses"),
        "count": _("How many"),
        "average": _("Least average, of 100"),
        "days": _("In the last days"),
        "least": _("From at least so many reviews"),
        "months": _("Months"),
        "rating": _("Least rating"),
    }[name]


def way_out(required: dict[str, Any]) -> tuple[str, str]:
    """(address, what to do there) for a requirement that is missing; two empty strings where only time helps."""
    kind = required["kind"]
    if kind == "courses":
        return reverse("courses:catalogue"), _("Learn")
    if kind == "typing":
        return reverse("exams:practice"), _("Practise")
    if kind in ("exam", "certificate"):
        return reverse("exams:mine"), _("My exams")
    return "", ""
