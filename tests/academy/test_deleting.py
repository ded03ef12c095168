"""In the admin, what is in use stays and a sentence says so; what is not goes."""

import pytest
from django.urls import reverse

from courses import services as courses
from courses.models import LearningPath
from tests import factories
from tests.certificates.conftest import make_kind, make_result
from tests.courses import build
from tests.factories import signed_in

pytestmark = pytest.mark.django_db


def a_given_path(now):
    path = build.onboarding(build.course(lessons=1))
    courses.onboard(hires=[(factories.person(), now.date())], now=now)
    return path


def a_kind_that_was_issued(now):
    kind = make_kind(make_result(factories.person(), now).exam)
    make_result(factories.person("吴刚"), now, exam=kind.exam)
    return kind


def a_topic_of_a_lesson(now):
    topic, (lesson,) = factories.topic(), build.lessons(build.course(lessons=1))
    lesson.topics.set([topic])
    lesson.save()
    return topic


def a_topic_with_another_in_it(now):
    outer = factories.topic("outer")
    inner = factories.topic("inner")
    inner.parent = outer
    inner.save()
    return outer


USED = {
    "learning_paths": a_given_path,
    "certificate_kinds": a_kind_that_was_issued,
    "topic_words": a_topic_of_a_lesson,
    "topic_words ": a_topic_with_another_in_it,
    "strands": lambda now: factories.topic().strand,
    "level": lambda now: factories.person(level=factories.level()).employments.get().level,
}
FREE = {
    "learning_paths": lambda now: LearningPath.objects.create(code="extra", name="进阶路径"),
    "topic_words": lambda now: factories.topic(),
    "strands": lambda now: factories.strand(),
}


@pytest.mark.parametrize("name", USED)
def test_what_is_in_use_stays(name, now):
    thing, admin = USED[name](now), signed_in(factories.with_role("administrator"))
    address = reverse(f"{name.strip()}:delete", args=[thing.pk])
    assert admin.get(address).status_code == 200
    told = admin.post(address, follow=True)
    assert "正在使用或有历史记录，不能删除" in told.content.decode()
    assert type(thing).objects.filter(pk=thing.pk).exists()


@pytest.mark.parametrize("name", FREE)
def test_what_nobody_uses_goes(name, now):
    thing, admin = FREE[name](now), signed_in(factories.with_role("administrator"))
    admin.post(reverse(f"{name}:delete", args=[thing.pk]))
    assert not type(thing).objects.filter(pk=thing.pk).exists()
