"""What a case rests on: its requirements judged live or as frozen, and the dossier written and shown."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from certificates.models import Certificate
from courses.models import Completion
from exams.models import Result
from ground.days import add_months
from people.models import Employment
from promotions import eligibility, sentences
from promotions.models import Case, Dossier
from promotions.queries.facts import facts_of
from promotions.queries.ladder import names_of
from quality.models import Appraisal, Observation
from quality.queries import midnight, quarter_name


def judged_cases(cases: Iterable[Case], on: date) -> dict[int, list[eligibility.Judged]]:
    """{case's id: its requirements as the facts stand on a day}, by the rule version the case was proposed under."""
    cases = list(cases)
    every = [requirement for case in cases for requirement in case.rule_version.requirements]
    facts = facts_of([case.user for case in cases], on, eligibility.windows(every)) if cases else {}
    return {case.pk: eligibility.judge(case.rule_version.requirements, facts[case.user_id], on) for case in cases}


def judged_in(dossier: Dossier) -> list[eligibility.Judged]:
    """The requirements as they were frozen."""
    return judged_from(dossier.content["requirements"])


def judged_from(requirements: Iterable[dict[str, Any]]) -> list[eligibility.Judged]:
    """The requirements as a dossier's content keeps them."""
    return [
        eligibility.Judged(
            row["kind"],
            row["met"],
            row["required"],
            row["actual"],
            date.fromisoformat(row["reached_on"]) if row["reached_on"] else None,
            tuple(row["evidence"]),
        )
        for row in requirements
    ]


def dossier_contents(cases: Iterable[Case], on: date) -> dict[int, dict[str, Any]]:
    """{case's id: what its dossier will say}: requirements and evidence, and the history behind them.

    The same number of queries for one case or for a hundred. Names are frozen with the figures.
    """
    cases = list(cases)
    ids = [case.user_id for case in cases]
    every = [requirement for case in cases for requirement in case.rule_version.requirements]
    judged, names = judged_cases(cases, on), names_of(every)
    history = _rows(
        Employment.objects.filter(user__in=ids, valid_from__lte=on).order_by("-valid_from"),
        {
            "unit": "unit__name",
            "post": "post__name",
            "level": "level__name",
            "cause": "cause",
            "valid_from": "valid_from",
            "valid_to": "valid_to",
        },
    )
    certificates = _rows(
        Certificate.objects.filter(user__in=ids, issued_on__lte=on).order_by("-issued_on", "-pk"),
        {
            "id": "pk",
            "name": "kind__name",
            "number": "number",
            "issued_on": "issued_on",
            "expires_on": "expires_on",
            "revoked_at": "revocation__at",
        },
    )
    exams = _rows(
        Result.objects.filter(user__in=ids).order_by("-decided_at", "-pk"),
        {"id": "pk", "name": "exam__name", "score": "score", "passed": "passed", "at": "decided_at"},
    )
    courses = _rows(
        Completion.objects.filter(user__in=ids).order_by("-completed_at", "-pk"),
        {"id": "pk", "title": "course__title", "level": "course__level__name", "at": "completed_at"},
    )
    appraisals = _rows(
        Appraisal.objects.filter(user__in=ids).order_by("-quarter"),
        {"id": "pk", "quarter": "quarter", "rating": "rating", "comment": "comment", "by": "by__name"},
    )
    year_ago = midnight(add_months(on, -12))
    months: dict[int, list[dict[str, Any]]] = defaultdict(list)
    reviews = Observation.objects.filter(user__in=ids, contact_at__gte=year_ago).order_by()
    grouped = reviews.annotate(month=TruncMonth("contact_at")).values("user_id", "month")
    for row in grouped.annotate(total=Sum("score"), count=Count("pk")).order_by("month"):
        months[row["user_id"]].append(
            {
                "month": timezone.localdate(row["month"]),
                "average": eligibility.truncated(Decimal(row["total"]) / row["count"]),
                "count": row["count"],
            }
        )
    return {
        case.pk: {
            "frozen_on": on,
            "person": {"name": case.user.name, "employee_no": case.user.employee_no},
            "from_level": str(case.from_level or ""),
            "to_level": case.to_level.name,
            "rule": {"version": case.rule_version.number, "fingerprint": case.rule_version.content_hash},
            "names": names,
            "requirements": [vars(one) for one in judged[case.pk]],
            "history": history[case.user_id],
            "certificates": certificates[case.user_id],
            "exams": exams[case.user_id],
            "courses": courses[case.user_id],
            "quality": months[case.user_id],
            "appraisals": appraisals[case.user_id],
        }
        for case in cases
    }


def _rows(rows: QuerySet[Any], columns: dict[str, str]) -> dict[int, list[dict[str, Any]]]:
    """{person: rows as plain dictionaries}, moments turned into the organisation's days."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for user_id, *values in rows.values_list("user_id", *columns.values()):
        days = [timezone.localdate(value) if isinstance(value, datetime) else value for value in values]
        found[user_id].append(dict(zip(columns, days, strict=True)))
    return found


def shown_dossier(dossier: Dossier) -> dict[str, Any]:
    """A dossier for the page: its days as dates, its causes and ratings in the reader's words."""
    content = dossier.content
    causes = dict(Employment.Cause.choices)
    ratings = dict(Appraisal.Rating.choices)
    return {
        **content,
        "history": [_dated(row) | {"cause": causes.get(row["cause"], row["cause"])} for row in content["history"]],
        "certificates": [
            _dated(row) | {"valid_until": sentences.last_day(row["expires_on"])} for row in content["certificates"]
        ],
        "exams": [_dated(row) for row in content["exams"]],
        "courses": [_dated(row) for row in content["courses"]],
        "quality": [_dated(row) for row in content["quality"]],
        "appraisals": [
            row
            | {"rating": ratings.get(row["rating"], ""), "quarter": quarter_name(date.fromisoformat(row["quarter"]))}
            for row in content["appraisals"]
        ],
    }


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    days = ("valid_from", "valid_to", "issued_on", "expires_on", "revoked_at", "at", "month")
    return {name: date.fromisoformat(value) if name in days and value else value for name, value in row.items()}
