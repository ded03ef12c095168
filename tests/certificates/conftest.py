"""Exams that are really sat: a result comes about through the services, and earns its certificates by the signal."""

from datetime import timedelta

import pytest

from certificates import services
from certificates.models import CertificateKind
from exams import services as exams
from exams.models import Candidacy, Exam, Result
from tests import factories
from tests.exams import makers


def make_exam(code="intermediate", level="intermediate"):
    """A published exam of one question, true or false."""
    known = Exam.objects.filter(code=code).first()
    if known is not None:
        return known
    topic = factories.topic()
    makers.question(topic, "true_false")
    rows = [{"topic": topic, "kind": "true_false", "count": 1, "points": 2}]
    part = {"kind": "paper", "title": "业务考试", "minutes": 30, "pass_percent": 60, "tries": 1, "blueprint": rows}
    exam = exams.create_exam(
        code=code,
        name="客户服务中级工等级考试",
        level=factories.level(level),
        parts=[part],
        now=factories.START,
        by=None,
    )
    return exams.publish_exam(exam=exam, by=None, now=factories.START)


def make_kind(exam=None, code="intermediate", **more):
    exam = exam or make_exam()
    fields = {"name": "客户服务中级工等级证书", "prefix": "YQ-ZJ", "exam": exam, "level": exam.level} | more
    return CertificateKind.objects.create(code=code, **fields)


def make_result(user, now, exam=None, passed=True):
    """The person sits the exam and hands it in at `now`."""
    begun = now - timedelta(minutes=10)
    sitting = makers.sitting(exam or make_exam(), user, now=begun)
    candidacy = Candidacy.objects.get(sitting=sitting, user=user)
    attempt = exams.start_attempt(candidacy=candidacy, part=makers.part(candidacy), now=begun)
    makers.answer(attempt, right=1 if passed else 0, now=begun)
    exams.submit(attempt=attempt, now=now)
    return Result.objects.get(candidacy=candidacy)


@pytest.fixture
def kind(db):
    return make_kind()


@pytest.fixture
def holder(db):
    return factories.person("林晓雨")


@pytest.fixture
def personnel(db):
    return factories.with_role("personnel", name="何静")


@pytest.fixture
def certificate(kind, holder, now):
    return services.issue(result=make_result(holder, now), kind=kind, now=now)


@pytest.fixture
def today(time_machine, now):
    """The clock of the requests stands at `now`."""
    time_machine.move_to(now)
    return time_machine
