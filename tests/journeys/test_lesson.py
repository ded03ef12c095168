"""A lesson on a phone: the connection goes and comes back, and nothing of what was read is lost."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from courses import services
from courses.models import Completion, LessonProgress
from tests import factories
from tests.courses import build

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 640}
LONG = "".join(f"<p>第 {line} 句：先让客户把话讲完，再复述他的期望。</p>" for line in range(40))


@pytest.fixture
def lesson():
    body = [("text", f"<h3>第一节</h3>{LONG}"), ("text", f"<h3>第二节</h3>{LONG}"), ("key_points", ["先听完再开口"])]
    course = build.course("客户投诉处理", lessons=0)
    first = build.lesson(course, "先听完，再复述", body=body)
    build.lesson(course, "答应的事，按时回访")
    return first


def to_the_end(page: Page) -> None:
    page.locator("[data-end]").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")


def test_what_was_read_and_a_done_without_a_connection_survive_a_reload(
    page: Page, context: BrowserContext, sign_in, live_server, lesson, complaints
):
    complaints.allow("Failed to load resource")
    user = factories.person("林晓雨")
    sign_in(user)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + lesson.url)
    expect(page.locator("[data-code=end].met")).to_have_count(0)

    context.set_offline(True)
    to_the_end(page)
    page.get_by_role("button", name="学完了，下一课").click()
    expect(page.get_by_role("status").filter(has_text="暂时连不上服务器")).to_be_visible()
    assert not LessonProgress.objects.filter(completed_at__isnull=False).exists()

    # The page is closed while the connection is away; when it comes back, any page of the person sends what waits.
    context.set_offline(False)
    page.goto("about:blank")
    page.goto(live_server.url + lesson.url)
    expect(page.get_by_role("status").filter(has_text="本课时已完成")).to_be_visible()
    page.get_by_role("link", name="继续").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("答应的事，按时回访")
    row = LessonProgress.objects.get(lesson=lesson, enrolment__user=user)
    assert row.completed_at is not None
    assert row.reached_end_at is not None
    assert not Completion.objects.exists()


def test_a_done_that_waits_is_sent_when_the_connection_comes_back(
    page: Page, context: BrowserContext, sign_in, live_server, lesson, complaints
):
    complaints.allow("Failed to load resource")
    sign_in(factories.person())
    page.goto(live_server.url + lesson.url)
    context.set_offline(True)
    to_the_end(page)
    page.get_by_role("button", name="学完了，下一课").click()
    expect(page.get_by_role("status").filter(has_text="暂时连不上服务器")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_role("status").filter(has_text="本课时已完成")).to_be_visible()
    assert LessonProgress.objects.get(lesson=lesson).completed_at is not None


def test_what_waits_on_a_shared_desktop_is_not_sent_for_the_next_person(
    page: Page, context: BrowserContext, sign_in, live_server, lesson, complaints
):
    complaints.allow("Failed to load resource")
    first, second = factories.person("林晓雨"), factories.person("陈思远")
    sign_in(first)
    page.goto(live_server.url + lesson.url)
    context.set_offline(True)
    to_the_end(page)
    page.get_by_role("button", name="学完了，下一课").click()
    expect(page.get_by_role("status").filter(has_text="暂时连不上服务器")).to_be_visible()
    page.goto("about:blank")
    context.set_offline(False)

    sign_in(second)
    page.goto(live_server.url + lesson.url)
    expect(page.get_by_role("button", name="学完了，下一课")).to_be_visible()
    page.goto(live_server.url + reverse("courses:mine"))
    assert not LessonProgress.objects.filter(enrolment__user=second, completed_at__isnull=False).exists()

    sign_in(first)
    with page.expect_response(lambda response: response.url.endswith("/done/")):
        page.goto(live_server.url + reverse("courses:mine"))
    assert LessonProgress.objects.get(completed_at__isnull=False).enrolment.user == first


def test_the_page_says_where_one_stopped_and_does_not_jump(page: Page, sign_in, live_server, lesson):
    user, now = factories.person(), timezone.now()
    enrolment = services.enrol(user=user, course=lesson.get_parent().specific, now=now)
    services.open_lesson(enrolment=enrolment, lesson=lesson, now=now)
    place = lesson.body[1].id
    services.note_progress(
        enrolment=enrolment, lesson=lesson, place=place, seconds=0, reached_end=False, step=4, now=now
    )
    sign_in(user)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + lesson.url)
    assert page.evaluate("window.scrollY") == 0
    page.get_by_role("link", name="从上次读到的地方继续").click()
    expect(page.get_by_role("heading", name="第二节")).to_be_in_viewport()


def test_reading_to_the_end_ticks_the_list_and_done_leads_on(page: Page, sign_in, live_server, lesson):
    sign_in(factories.person())
    page.goto(live_server.url + lesson.url)
    to_the_end(page)
    expect(page.locator("[data-code=end].met")).to_be_visible()
    page.get_by_role("button", name="学完了，下一课").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("答应的事，按时回访")
