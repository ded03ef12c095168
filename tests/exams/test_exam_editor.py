"""The exam editor: rules, kinds of parts, fixed questions, and what it says of the bank."""

import pytest
from django.urls import reverse

from exams import queries, services
from exams.models import Exam
from ground.errors import Refused
from tests import factories
from tests.exams import makers
from tests.exams.test_authoring import exam_form

pytestmark = pytest.mark.django_db


def test_the_exam_editor_takes_rules_and_fixed_questions_and_says_what_the_bank_gives(client, now):
    client.force_login(factories.with_role("examiner"))
    client.get(reverse("exams:mine"))
    asked = makers.question(now=now)
    fixed = {"parts-0-fixed-TOTAL_FORMS": 1, "parts-0-fixed-0-question": asked.pk, "parts-0-fixed-0-points": 3}
    fixed |= {"parts-0-fixed-0-ORDER": 1, "parts-0-fixed-0-id": "", "parts-0-blueprint-TOTAL_FORMS": 0}
    rules = {"rule": "total", "pass_percent": 70, "late_entry": 15, "cut_by_window": "on", "release": "by_hand"}
    rules |= {"reveals": "own", "second_marker": "on", "tolerance": 2}
    form = exam_form(factories.topic(), **rules, **fixed)
    without = client.post(reverse("exam:add"), form | {"pass_percent": ""})
    assert (without.status_code, Exam.objects.count()) == (200, 0)
    response = client.post(reverse("exam:add"), form, follow=True)
    exam = Exam.objects.get()
    assert (exam.rule, exam.pass_percent, exam.late_entry, exam.cut_by_window) == ("total", 70, 15, True)
    assert (exam.release, exam.reveals, exam.second_marker, exam.tolerance) == ("by_hand", "own", True, 2)
    assert [(row.question, row.points) for row in exam.parts.get().fixed.all()] == [(asked, 3)]
    assert any("业务" in str(message) for message in response.context["messages"])
    check = client.get(reverse("exams:exam_check", args=[exam.pk])).content.decode()
    assert asked.code in check


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"minutes": ""}, "minutes"), ({"pass_percent": ""}, "pass_percent"), ({"kind": "typing"}, "standard")],
)
def test_a_part_that_lacks_something_says_which_field(client, now, fields, field):
    client.force_login(factories.with_role("examiner"))
    client.get(reverse("exams:mine"))
    form = exam_form(factories.topic(), **{f"parts-0-{name}": value for name, value in fields.items()})
    response = client.post(reverse("exam:add"), form)
    assert Exam.objects.count() == 0
    assert field in response.context["form"].formsets["parts"].forms[0].errors


def test_a_face_to_face_part_asks_tasks_only_and_a_paper_none(now):
    topic = factories.topic()
    makers.question(topic, now=now)
    for kind, row, code in (("rubric", "", "not_tasks"), ("rubric", "single", "not_tasks"), ("paper", "task", "tasks")):
        part = {"kind": kind, "title": "部分", "minutes": 20, "pass_percent": 60}
        part["blueprint"] = [{"topic": topic, "kind": row, "count": 1, "points": 2}]
        exam = services.create_exam(code=f"e-{kind}-{row}", name="考试", level=None, parts=[part], by=None, now=now)
        with pytest.raises(Refused) as refused:
            services.publish_exam(exam=exam, by=None, now=now)
        assert refused.value.code == code


def test_the_check_says_how_much_two_candidates_share_and_what_is_lacking(now):
    topic = factories.topic()
    for _copy in range(4):
        makers.question(topic, now=now)
    rows = [
        {"topic": topic, "kind": "single", "count": 2, "points": 2},
        {"topic": topic, "kind": "numeric", "count": 1},
    ]
    part = {"kind": "paper", "title": "部分", "minutes": 20, "pass_percent": 60}
    exam = services.create_exam(
        code="e", name="考试", level=None, parts=[part | {"blueprint": rows[:1]}], by=None, now=now
    )
    short = services.create_exam(
        code="f", name="考试", level=None, parts=[part | {"blueprint": rows}], by=None, now=now
    )
    (check,) = queries.exam_check(exam)
    assert (check.ready, check.shared, check.questions, check.points) == (True, 50, 2, 4)
    (lacking,) = queries.exam_check(short)
    assert (lacking.ready, [(row.fits, row.lacking) for row in lacking.rows]) == (False, [(4, 0), (0, 1)])
