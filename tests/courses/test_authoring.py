"""A trainer writes and publishes in Wagtail's admin; learners see it at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses.models import CoursePage, LearningPath, LessonPage
from exams.services import add_question
from tests import factories
from tests.courses import build
from tests.exams import makers
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return signed_in(factories.with_role("trainer"))


def course_form(**more):
    return {
        "title": "客户投诉处理",
        "slug": "complaint-handling",
        "summary": "学完之后，能独立接住一通投诉电话。",
        "code": "complaint-handling",
        "strand": factories.strand().pk,
        "level": "",
        "minutes": "55",
        "topics": [factories.topic().pk],
        "action-publish": "1",
        **more,
    }


def lesson_form(*blocks, **more):
    return {
        **nested_form_data({"body": streamfield(blocks)}),
        "title": "先听完，再复述",
        "slug": "hear-out",
        "minutes": "15",
        "must_minutes": "0",
        "action-publish": "1",
        **more,
    }


def check_block(*codes):
    questions = {"count": str(len(codes))}
    for place, code in enumerate(codes):
        questions |= {f"{place}-value": code, f"{place}-order": str(place), f"{place}-deleted": "", f"{place}-type": ""}
    return ("check", {"questions": questions})


def add(author, model, parent, data):
    return author.post(reverse("wagtailadmin_pages:add", args=["courses", model, parent.pk]), data)


def test_a_trainer_writes_a_course_and_a_lesson_and_a_learner_reads_them(author):
    index = build.index()
    add(author, "coursepage", index, course_form())
    course = CoursePage.objects.get(code="complaint-handling")
    add(author, "lessonpage", course, lesson_form(("text", rich_text("<p>让客户把事情讲完。</p>"))))
    lesson = LessonPage.objects.get(slug="hear-out")
    learner = signed_in(factories.person())
    assert "客户投诉处理" in learner.get(index.url).text
    assert "让客户把事情讲完。" in learner.get(lesson.url).text
    newest = course.versions.order_by("-number").first()
    assert [row["title"] for row in newest.content["lessons"]] == ["先听完，再复述"]


def test_a_check_that_names_an_unknown_question_is_not_published(author, now):
    course = build.course(lessons=0)
    response = add(author, "lessonpage", course, lesson_form(check_block("s-unknown-01")))
    assert response.status_code == 200
    assert "s-unknown-01" in response.text
    assert not LessonPage.objects.filter(slug="hear-out").exists()


def test_a_check_asks_only_kinds_that_it_can_answer_at_once(author, now):
    makers.question(kind="ordering", now=now, code="s-order-01")
    response = add(author, "lessonpage", build.course(lessons=0), lesson_form(check_block("s-order-01")))
    assert response.status_code == 200
    assert "s-order-01" in response.text
    assert not LessonPage.objects.filter(slug="hear-out").exists()


def test_a_check_with_a_live_question_is_published(author, now):
    add_question(
        code="s-listening-03",
        topics=[factories.topic()],
        level=None,
        kind="true_false",
        content={"stem": "可以打断客户。"},
        key={"answer": False},
        now=now,
        author=None,
        reviewer=factories.examiner(),
    )
    add(author, "lessonpage", build.course(lessons=0), lesson_form(check_block("s-listening-03")))
    lesson = LessonPage.objects.get(slug="hear-out")
    assert "可以打断客户。" in signed_in(factories.person()).get(lesson.url).text


def test_a_trainer_makes_a_path_with_its_steps_in_order(author):
    first, second = build.course(), build.course()
    steps = [{"course": first.pk, "due_days": 7, "ORDER": 1}, {"course": second.pk, "due_days": 30, "ORDER": 2}]
    data = nested_form_data(
        {"name": "岗前培训", "code": "onboarding", "onboarding": "on", "steps": inline_formset(steps)}
    )
    response = author.post(reverse("learning_paths:add"), data)
    assert response.status_code == 302
    path = LearningPath.objects.get()
    assert list(path.steps.values_list("course", "due_days")) == [(first.pk, 7), (second.pk, 30)]


def test_steps_change_places(author):
    path = build.onboarding(build.course(), build.course())
    first, second = path.steps.all()
    rows = [
        {"id": first.pk, "course": first.course_id, "due_days": 30, "ORDER": 2},
        {"id": second.pk, "course": second.course_id, "due_days": 30, "ORDER": 1},
    ]
    steps = inline_formset(rows, initial=2)
    data = nested_form_data({"name": path.name, "code": path.code, "onboarding": "on", "steps": steps})
    assert author.post(reverse("learning_paths:edit", args=[path.pk]), data).status_code == 302
    assert list(path.steps.values_list("pk", flat=True)) == [second.pk, first.pk]


def test_a_page_people_have_learned_from_is_not_deleted(author):
    course = build.course()
    author.post(reverse("wagtailadmin_pages:delete", args=[course.pk]))
    assert CoursePage.objects.filter(pk=course.pk).exists()


def test_a_lesson_is_previewed_without_enrolling_the_author(author):
    course = build.course(lessons=1)
    lesson = build.lessons(course)[0]
    url = reverse("wagtailadmin_pages:view_draft", args=[lesson.pk])
    response = author.get(url)
    assert response.status_code == 200
    assert "让客户把事情讲完。" in response.text
    assert not course.enrolments.exists()


def test_every_block_shows_an_example_in_the_editor(author):
    for block in LessonPage._meta.get_field("body").stream_block.child_blocks.values():
        response = author.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
        assert response.status_code == 200
        assert "lesson-block" in response.text


def test_topics_show_what_covers_them_for_the_same_queries(author, now):
    lesson = build.lessons(build.course(lessons=1))[0]
    lesson.topics.set([factories.topic()])
    lesson.save_revision().publish()

    def count():
        with CaptureQueriesContext(connection) as captured:
            response = author.get(reverse("topic_words:index"))
        assert response.status_code == 200
        return len(captured), response

    count()
    one, response = count()
    [(_strand, [node])] = response.context["strands"]
    assert node.topic.coverage == {"lessons": 1, "questions": 0, "findings": 0}
    for number in range(3):
        factories.topic(f"t-{number}", f"知识点 {number}")
    assert count()[0] == one


def test_strands_are_for_administrators(author):
    assert author.get(reverse("strands:index")).status_code != 200
    assert signed_in(factories.with_role("administrator")).get(reverse("strands:index")).status_code == 200


def test_courses_that_come_first_are_shown_with_ones_own_state(client, now):
    first, second = build.course("三声服务"), build.course("客户投诉处理")
    second.prerequisites.set([first])
    second.save_revision().publish()
    user = factories.person()
    client.force_login(user)
    page = client.get(second.url)
    assert [row.course for row in page.context["first"]] == [first]
    assert "先修课程" in page.text
    assert not client.get(first.url).context["first"]


def test_courses_that_ask_for_one_another_are_refused_with_the_circle(client):
    first, second = build.course("三声服务"), build.course("客户投诉处理")
    second.prerequisites.set([first])
    second.save_revision().publish()
    client.force_login(factories.with_role("administrator"))
    url = reverse("wagtailadmin_pages:edit", args=[first.pk])
    values = {"title": first.title, "slug": first.slug, "code": first.code, "strand": first.strand_id}
    response = client.post(url, course_form(**values, prerequisites=[second.pk]))
    assert "三声服务 → 客户投诉处理 → 三声服务" in response.text
    assert not first.prerequisites.model.objects.filter(followers=first.pk).exists()
