"""Before something is published, moved or taken away: the issuing department reviews, versions ask, people are named."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from time_machine import travel
from wagtail.models import Workflow
from wagtail.test.utils.form_data import rich_text

from courses import queries, services
from courses.models import Assignment, CoursePage, LessonPage, VersionRuling
from ground.errors import Refused
from people.models import Notification
from tests import factories
from tests.courses import build
from tests.courses.test_authoring import lesson_form
from tests.courses.test_services import assign, finish
from tests.factories import signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def issued():
    """A course that a department issues, its head, and an author: (course, head, author)."""
    company = factories.unit()
    department = factories.unit(parent=company)
    head = factories.with_role("manager", over=department)
    author = factories.with_role("trainer", over=company)
    course = build.course(lessons=1, department=department)
    return course, head, author


def edit(lesson):
    return reverse("wagtailadmin_pages:edit", args=[lesson.pk])


def form(**more):
    return lesson_form(("text", rich_text("<p>三声之内接听。</p>")), title="三声之内接听", slug="rings", **more)


def written(moment) -> str:
    """A time as the editor's field takes it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def test_what_a_department_issues_is_published_by_its_review(issued):
    course, head, author = issued
    lesson = build.lessons(course)[0]
    writer, reviewer = signed_in(author), signed_in(head)
    answer = writer.post(edit(lesson), form(), follow=True)
    assert "提交" in answer.text
    assert LessonPage.objects.get().title == "第 1 课"
    assert LessonPage.objects.get().get_latest_revision_as_object().title == "三声之内接听"

    writer.post(edit(lesson), form(**{"action-publish": "", "action-submit": "1"}), follow=True)
    assert [row.kind for row in Notification.objects.filter(user=head)] == ["review_asked"]
    assert reviewer.get(edit(lesson)).status_code == 200
    state = LessonPage.objects.get().current_workflow_task_state
    assert [row.pk for row in state.task.specific.get_task_states_user_can_moderate(head)] == [state.pk]
    assert list(state.task.specific.get_task_states_user_can_moderate(author)) == []

    approve = reverse("wagtailadmin_pages:workflow_action", args=[lesson.pk, "approve", state.pk])
    writer.post(approve)
    assert LessonPage.objects.get().title == "第 1 课"
    reviewer.post(approve)
    assert LessonPage.objects.get().title == "三声之内接听"
    assert [row.kind for row in Notification.objects.filter(user=author)] == ["review_approved"]


def test_a_reviewer_asks_for_changes_and_the_author_reads_why(issued):
    course, head, author = issued
    lesson = build.lessons(course)[0]
    signed_in(author).post(edit(lesson), form(**{"action-publish": "", "action-submit": "1"}))
    state = LessonPage.objects.get().current_workflow_task_state
    reject = reverse("wagtailadmin_pages:workflow_action", args=[lesson.pk, "reject", state.pk])
    signed_in(head).post(reject, {"comment": "资费写错了"})
    told = Notification.objects.get(user=author)
    assert (told.kind, told.params["comment"]) == ("review_changes", "资费写错了")
    assert LessonPage.objects.get().title == "第 1 课"


def test_a_head_of_another_department_reviews_nothing(issued):
    course, _head, author = issued
    other = factories.with_role("manager", over=factories.unit())
    lesson = build.lessons(course)[0]
    signed_in(author).post(edit(lesson), form(**{"action-publish": "", "action-submit": "1"}))
    assert signed_in(other).get(edit(lesson)).status_code == 302
    state = LessonPage.objects.get().current_workflow_task_state
    assert state.task.specific.get_actions(lesson, other) == []


def test_a_course_without_a_department_is_published_by_its_author():
    course = build.course(lessons=1)
    signed_in(factories.with_role("trainer")).post(edit(build.lessons(course)[0]), form())
    assert LessonPage.objects.get().title == "三声之内接听"


def test_the_review_is_set_up_once():
    catalogue = build.index()
    workflow = catalogue.get_workflow()
    assert services.review_below(catalogue=catalogue) == workflow
    assert build.course(lessons=0).get_workflow() == workflow
    assert Workflow.objects.filter(workflow_tasks__task__in=workflow.tasks).count() == 1


@pytest.fixture
def outdated(now):
    """A course somebody completed before a lesson changed: (course, person)."""
    course, user = build.course(lessons=2), factories.person()
    finish(user, course, now)
    lesson = build.lessons(course)[1]
    lesson.title = "第二课（新）"
    lesson.save_revision().publish()
    return CoursePage.objects.get(pk=course.pk), user


def test_a_version_tells_what_it_changed(outdated):
    course, _user = outdated
    newest = queries.versions_of(course)[0]
    assert (newest.new, newest.changed, newest.gone, newest.ruling) == ([], ["第二课（新）"], [], None)


def test_an_author_decides_once_who_must_see_what_changed(outdated):
    course, user = outdated
    author = signed_in(factories.with_role("trainer"))
    page = reverse("course_versions", args=[course.pk])
    number = course.versions.order_by("-number").first().number
    due_on = timezone.localdate() + timedelta(days=10)
    assert author.get(page).context["outdated"] == 1
    assert author.post(page, {"version": number, "must_see": "yes", "due_on": ""}).status_code == 200
    assert VersionRuling.objects.count() == 0
    author.post(page, {"version": number, "must_see": "yes", "due_on": due_on.isoformat()})
    row = Assignment.objects.get(user=user)
    assert (row.cause, row.due_on) == ("update", due_on)
    author.post(page, {"version": number, "must_see": "no"})
    assert VersionRuling.objects.get().must_see is True
    assert author.get(page).context["form"] is None


def test_a_decision_that_nobody_has_to_assigns_nobody(outdated, now):
    course, _user = outdated
    newest = course.versions.order_by("-number").first()
    trainer = factories.with_role("trainer")
    ruling, given = services.rule_on_version(version=newest, must_see=False, due_on=None, by=trainer, now=now)
    assert (ruling.must_see, given, Assignment.objects.count()) == (False, 0, 0)


def test_an_older_version_is_not_decided_about_any_more(outdated, now):
    course, _user = outdated
    first = course.versions.order_by("number").first()
    with pytest.raises(Refused):
        services.rule_on_version(version=first, must_see=False, due_on=None, by=factories.with_role("trainer"), now=now)


def test_publishing_asks_about_those_who_completed_an_older_version(outdated):
    course, _user = outdated
    author = signed_in(factories.with_role("trainer"))
    answer = author.post(edit(build.lessons(course)[0]), form(), follow=True)
    assert reverse("course_versions", args=[course.pk]) in answer.text


def test_after_a_review_the_author_is_asked_about_the_new_version(issued, now):
    course, head, author = issued
    finish(factories.person(), course, now)
    lesson = build.lessons(course)[0]
    signed_in(author).post(edit(lesson), form(**{"action-publish": "", "action-submit": "1"}))
    state = LessonPage.objects.get().current_workflow_task_state
    signed_in(head).post(reverse("wagtailadmin_pages:workflow_action", args=[lesson.pk, "approve", state.pk]))
    asked = Notification.objects.get(user=author, kind="version_asked")
    assert (asked.url, asked.params["count"]) == (reverse("course_versions", args=[course.pk]), 1)


def test_what_is_scheduled_appears_at_its_time_and_asks_who_wrote_it(now):
    course, author, tomorrow = build.course(lessons=1), factories.with_role("trainer"), timezone.now() + DAY
    lesson = build.lessons(course)[0]
    finish(factories.person(), course, now)
    versions = course.versions.count()
    signed_in(author).post(edit(lesson), form(go_live_at=written(tomorrow)))
    services.publish_due(now=timezone.now())
    assert (build.lessons(course)[0].title, course.versions.count()) == (lesson.title, versions)
    with travel(tomorrow + timedelta(minutes=1)):
        for _again in range(2):
            services.publish_due(now=timezone.now())
    assert (build.lessons(course)[0].title, course.versions.count()) == ("三声之内接听", versions + 1)
    assert Notification.objects.filter(user=author, kind="version_asked").count() == 1


def test_what_a_department_approves_before_its_day_says_so_and_waits(issued):
    course, head, author = issued
    lesson, tomorrow = build.lessons(course)[0], timezone.now() + DAY
    given = form(**{"action-publish": "", "action-submit": "1"}, go_live_at=written(tomorrow))
    signed_in(author).post(edit(lesson), given)
    state = LessonPage.objects.get().current_workflow_task_state
    signed_in(head).post(reverse("wagtailadmin_pages:workflow_action", args=[lesson.pk, "approve", state.pk]))
    assert [row.kind for row in Notification.objects.filter(user=author)] == ["review_scheduled"]
    assert LessonPage.objects.get().title == lesson.title
    with travel(tomorrow + timedelta(minutes=1)):
        services.publish_due(now=timezone.now())
    assert LessonPage.objects.get().title == "三声之内接听"


def test_a_page_that_ends_on_a_day_tells_who_is_in_it_and_loses_nothing(now):
    course, learner, tomorrow = build.course(lessons=2), factories.person(), timezone.now() + DAY
    lesson, second = build.lessons(course)
    enrolment = services.enrol(user=learner, course=course, now=now)
    services.complete_lesson(enrolment=enrolment, lesson=lesson, now=now)
    author = signed_in(factories.with_role("trainer"))
    assert "本页将于" not in author.post(edit(lesson), form(), follow=True).text
    answer = author.post(edit(lesson), form(expire_at=written(tomorrow)), follow=True)
    assert "本页将于" in answer.text
    with travel(tomorrow + timedelta(minutes=1)):
        services.publish_due(now=timezone.now())
    assert build.lessons(course) == [second]
    assert enrolment.progress.get(lesson=lesson).completed_at == now


def test_only_who_publishes_decides():
    page = reverse("course_versions", args=[build.course().pk])
    assert signed_in(factories.with_role("examiner")).get(page).status_code != 200
    assert signed_in(factories.person()).get(page).status_code != 200


def test_unpublishing_a_course_with_people_in_it_tells_first_and_loses_nothing(now):
    course, learner = build.course(lessons=2), factories.person()
    assign(learner, course, now)
    enrolment = services.enrol(user=learner, course=course, now=now)
    services.complete_lesson(enrolment=enrolment, lesson=build.lessons(course)[0], now=now)
    author, address = (
        signed_in(factories.with_role("trainer")),
        reverse("wagtailadmin_pages:unpublish", args=[course.pk]),
    )
    told = author.post(address, {"include_descendants": "on"})
    assert told.status_code == 409
    assert told.context["inside"] == {"assigned": 1, "learning": 1}
    assert ("include_descendants", "on") in told.context["fields"]
    assert CoursePage.objects.get().live
    author.post(address, {"people_known": "1"})
    assert not CoursePage.objects.get().live
    CoursePage.objects.get().save_revision().publish()
    standing = queries.standing(learner, CoursePage.objects.get(), date(2026, 11, 24))
    assert (standing.done, standing.assignment.pk) == (1, Assignment.objects.get().pk)


def test_moving_a_lesson_that_people_read_tells_first(now):
    course, other, learner = build.course(lessons=1), build.course(lessons=1), factories.person()
    lesson = build.lessons(course)[0]
    services.open_lesson(enrolment=services.enrol(user=learner, course=course, now=now), lesson=lesson, now=now)
    author = signed_in(factories.with_role("trainer"))
    address = reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, other.pk])
    assert author.get(address).status_code == 200
    assert author.post(address).status_code == 409
    assert build.lessons(course) == [lesson]
    author.post(address, {"people_known": "1"})
    assert build.lessons(course) == []


def test_many_at_once_are_told_and_kept_the_same_way(now):
    course, learner = build.course(lessons=1), factories.person()
    assign(learner, course, now)
    author = signed_in(factories.with_role("trainer"))

    assert author.post(bulk("unpublish", course)).status_code == 409
    assert CoursePage.objects.get().live
    author.post(bulk("delete", course), {"include_descendants": "on"})
    assert CoursePage.objects.filter(pk=course.pk).exists()


def test_a_page_without_people_goes_without_a_question():
    course = build.course(lessons=1)
    signed_in(factories.with_role("trainer")).post(reverse("wagtailadmin_pages:unpublish", args=[course.pk]))
    assert not CoursePage.objects.get().live


def bulk(action, *pages):
    ids = "&".join(f"id={page.pk}" for page in pages)
    return f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', action])}?{ids}&next=/admin/"


def test_many_at_once_pass_no_department_by(issued):
    course, _head, author = issued
    lesson = build.lessons(course)[0]
    lesson.title = "三声之内接听"
    lesson.save_revision()
    writer = signed_in(author)
    for pages, given in (([lesson], {}), ([course], {"include_descendants": "on"})):
        told = writer.post(bulk("publish", *pages), given, follow=True).text
        assert "审核" in told
        assert LessonPage.objects.get().title == "第 1 课"
    free = build.course(lessons=1)
    page = build.lessons(free)[0]
    page.title = "先听完"
    page.save_revision()
    writer.post(bulk("publish", page))
    assert build.lessons(free)[0].title == "先听完"


def test_publishing_many_asks_about_the_version_as_well(now):
    course = build.course(lessons=2)
    finish(factories.person(), course, now)
    lessons = build.lessons(course)
    for lesson in lessons:
        lesson.title += "（新）"
        lesson.save_revision()
    told = signed_in(factories.with_role("trainer")).post(bulk("publish", *lessons), follow=True).text
    assert told.count(reverse("course_versions", args=[course.pk])) == 1


def test_a_course_is_copied_with_a_code_of_its_own(now):
    course = build.course(lessons=2, valid_months=12)
    author, address = signed_in(factories.with_role("trainer")), reverse("wagtailadmin_pages:copy", args=[course.pk])
    assert "alias" not in author.get(address).context["form"].fields
    given = {"new_parent_page": course.get_parent().pk, "copy_subpages": "on", "publish_copies": "on"}
    for slug in ("投诉副本", "hearing", "hearing-again"):
        author.post(address, {**given, "new_title": "副本", "new_slug": slug, "alias": "on"})
    made = CoursePage.objects.exclude(pk=course.pk).order_by("path")
    assert [page.code for page in made] == ["course", "hearing", "hearing-again"]
    assert [(page.live, page.valid_months, page.alias_of_id) for page in made] == [(True, 12, None)] * 3
    draft = made[0].get_latest_revision_as_object()
    assert (draft.code, len(build.lessons(made[0]))) == ("course", 2)
    assert len(made[0].versions.order_by("-number").first().content["lessons"]) == 2
