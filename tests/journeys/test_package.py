"""A package plays in its sandbox: it reaches nothing around it, and what it completes arrives."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses import services
from courses.models import LessonProgress
from tests import factories
from tests.courses import build, packages

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("standard", ["1.2", "2004"])
def test_a_package_is_resumed_and_completed_and_reaches_nothing_outside(standard, page, live_server, sign_in):
    now = timezone.now()
    lesson = build.lessons(build.course(lessons=1))[0]
    lesson.package = services.add_package(name="a.zip", content=packages.package(standard), by=None, now=now)
    lesson.save_revision().publish()
    person = factories.person()
    sign_in(person)
    page.goto(live_server.url + lesson.url)
    frame = page.frame_locator("package-player iframe")
    expect(frame.locator("#parent")).to_have_text("SecurityError")
    expect(frame.locator("#from")).to_have_text("ab-initio:")
    expect(frame.frame_locator("iframe").locator("#api")).to_have_text("object")
    frame.locator("#half").click()
    expect(page.locator(".package-status")).not_to_be_empty()
    page.reload()
    expect(frame.locator("#from")).to_have_text("resume:half")
    frame.locator("#done").click()
    expect(page.locator(".package-status")).to_have_text(re.compile("完成|completed"))
    row = LessonProgress.objects.get()
    assert (row.package["status"], row.completed_at is not None) == ("passed", True)
