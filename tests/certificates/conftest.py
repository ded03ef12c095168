"""Exams and results for certificates: made as rows, because this room reads a result and never makes one."""

from datetime import timedelta

import pytest

from certificates import services
from certificates.models import CertificateKind
from exams.models import Candidacy, Exam, Result, Sitting
from tests import factories

PARTS = [
    {
        "part": 1,
        "title": "业务考试",
        "kind": "paper",
        "attempt": 1,
        "score": "92.00",
        "speed": None,
        "accuracy": None,
        "passed": True,
    },
    {
        "part": 2,
        "title": "汉字录入",
        "kind": "typing",
        "attempt": 2,
        "score": None,
        "speed": "52.4",
        "accuracy": "97.80",
        "passed": True,
    },
]


def make_exam(code="intermediate", level="intermediate"):
    return Exam.objects.get_or_create(
        code=code,
        defaults={"name": "客户服务中级工等级考试", "level": factories.level(level), "state": Exam.State.PUBLISHED},
    )[0]


def make_kind(exam=None, code="intermediate", **more):
    exam = exam or make_exam()
    fields = {"name": "客户服务中级工等级证书", "prefix": "YQ-ZJ", "exam": exam, "level": exam.level} | more
    return CertificateKind.objects.create(code=code, **fields)


def make_result(user, now, exam=None, passed=True, parts=PARTS):
    exam = exam or make_exam()
    sitting = Sitting.objects.create(
        exam=exam, name="十一月考核", opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=2)
    )
    candidacy = Candidacy.objects.create(sitting=sitting, user=user, invited_at=now)
    return Result.objects.create(
        candidacy=candidacy, exam=exam, user=user, passed=passed, score="92.00", parts=parts, decided_at=now
    )


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
