from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import services as certificates
from certificates.models import CertificateKind
from courses import services as courses
from exams import services as exams
from people.models import Role
from people.services import choose_language
from promotions import queries as ladder
from promotions import services as promotions
from tests import factories
from tests.certificates.conftest import make_exam, make_kind, make_result
from tests.courses import build
from tests.exams import makers
from tests.promotions.people import academy as small_academy
from tests.quality import scenes as quality

pytestmark = pytest.mark.django_db
TABS = [Role.TRAINER, Role.EXAMINER, Role.INSPECTOR, Role.MANAGER, Role.PERSONNEL, Role.PANEL, Role.AUDITOR]


@pytest.fixture(autouse=True)
def at_now(now):
    with time_machine.travel(now, tick=False):
        yield


def home(client, user, **query):
    client.force_login(user, backend="people.backends.RoleBackend")
    response = client.get("/", query)
    assert response.status_code == 200
    return response


def shown(client, user, **query) -> str:
    return home(client, user, **query).content.decode()


def queries_of(client, user, **query) -> int:
    home(client, user, **query)
    with CaptureQueriesContext(connection) as counted:
        client.get("/", query)
    return len(counted)


def assigned(user, now, *, days=10, title="客户投诉处理", lessons=2):
    course = build.course(title, lessons=lessons)
    on = now.date()
    return courses.assign(
        user=user, course=course, cause="person", cause_date=on, due_on=on + timedelta(days=days), by=None, now=now
    )


def finished(user, now, title):
    enrolment = courses.enrol(user=user, course=assigned(user, now, title=title, lessons=1).course, now=now)
    courses.complete_lesson(enrolment=enrolment, lesson=build.lessons(enrolment.course)[0], now=now)


def test_a_stranger_is_sent_to_the_login(client):
    response = client.get("/")
    assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login"))


def test_somebody_without_duties_is_offered_the_courses(client):
    user = factories.person()
    action = home(client, user).context["home"].action
    assert action.url == reverse("courses:catalogue")


def test_the_course_due_first_is_the_next_action_and_says_until_when(client, now):
    user = factories.person()
    assigned(user, now, days=20, title="资费政策")
    assigned(user, now, days=5, title="客户投诉处理")
    found = home(client, user).context["home"]
    assert "客户投诉处理" in found.action.title
    assert "28" in found.action.why
    assert [coming.what for coming in found.coming] == ["资费政策"]


def test_a_late_course_wears_its_word(client, now):
    user = factories.person()
    assigned(user, now, days=30, title="资费政策")
    late = assigned(user, now - timedelta(days=9), days=5, title="客户投诉处理")
    found = home(client, user).context["home"]
    assert late.course.title in found.action.title


def test_an_open_sitting_comes_before_a_course_due_later(client, now):
    user = factories.person()
    assigned(user, now, days=5)
    makers.candidacy(now=now, person=user)
    found = home(client, user).context["home"]
    assert "十一月月度考核" in found.action.title
    assert [coming.what for coming in found.coming] == ["客户投诉处理"]


def test_what_is_done_is_offered_no_more(client, now):
    user = factories.person()
    assignment = assigned(user, now, lessons=1)
    enrolment = courses.enrol(user=user, course=assignment.course, now=now)
    courses.complete_lesson(enrolment=enrolment, lesson=build.lessons(assignment.course)[0], now=now)
    found = home(client, user).context["home"]
    assert (found.action.url, found.coming) == (reverse("courses:catalogue"), [])


def test_the_way_up_shows_every_requirement_with_its_evidence(client, now):
    place = small_academy(now)
    place.rule()
    way = home(client, place.agent()).context["home"].way
    assert [(step["kind"], step["met"]) for step in way.steps] == [("months_in_level", True), ("no_violation", True)]


def test_a_learner_has_no_tabs(client):
    assert 'class="tabs"' not in shown(client, factories.person())


@pytest.mark.parametrize("role", TABS)
def test_each_role_adds_its_tab(client, role):
    user = factories.with_role(role)
    response = home(client, user, view=role)
    assert [tab["url"] for tab in response.context["tabs"]] == ["/", f"?view={role}"]
    assert response.context["template"] == f"academy/home/{role}.html"


@pytest.mark.parametrize("view", [*TABS, "nonsense", "../base"])
def test_a_tab_without_its_role_is_the_learners_home(client, view):
    assert home(client, factories.person(), view=view).context["template"] == "academy/home/learner.html"


def test_the_trainer_sees_the_late_of_the_own_reach_only(client, now):
    team, other = factories.unit("热线一班"), factories.unit("热线二班")
    trainer = factories.with_role(Role.TRAINER, over=team)
    assigned(factories.person("李明", at=team), now - timedelta(days=9), days=5)
    assigned(factories.person("欧阳静", at=other), now - timedelta(days=9), days=5)
    page = home(client, trainer, view="trainer")
    assert [row.user.name for row in page.context["late"]] == ["李明"]
    assert page.context["late_count"] == 1


def test_the_examiner_sees_what_is_open(client, now):
    team = factories.unit()
    examiner = factories.with_role(Role.EXAMINER, over=team)
    makers.candidacy(now=now, person=factories.person("李明", at=team))
    page = home(client, examiner, view="examiner")
    assert [row.name for row in page.context["open"]] == ["十一月月度考核"]


def test_the_manager_sees_who_is_ready(client, now):
    place = small_academy(now)
    place.rule()
    place.agent("李明")
    page = home(client, place.manager, view="manager")
    assert [one.user.name for one in page.context["ready"]] == ["李明"]
    assert page.context["people_count"] == 2


def test_a_panel_member_sees_cases_until_voted(client, now):
    place = small_academy(now)
    place.rule()
    case = place.in_review()
    member = place.panel[0]
    assert [found.pk for found in home(client, member, view="panel").context["open"]] == [case.pk]
    promotions.vote(case=case, member=member, choice="for", reason="", now=now)
    page = home(client, member, view="panel")
    assert (page.context["open"], [found.pk for found in page.context["voted"]]) == ([], [case.pk])


def test_the_inspector_sees_the_latest_observations(client, now):
    team = factories.unit()
    inspector = factories.with_role(Role.INSPECTOR, over=team)
    quality.observe(now, factories.person("李明", at=team), inspector=inspector)
    page = home(client, inspector, view="inspector")
    assert [row.user.name for row in page.context["observations"]] == ["李明"]
    assert page.context["mine_count"] == 1


def test_the_auditor_reads_the_journal(client):
    page = home(client, factories.with_role(Role.AUDITOR), view="auditor")
    assert len(page.context["journal"]) > 0


def test_an_appeal_waits_on_the_home_of_the_manager_until_mediated_and_of_personnel_until_ruled_on(client, now):
    place = small_academy(now)
    place.rule()
    case = place.decided("refuse")
    appeal = promotions.appeal(case=case, text="请复核", by=case.user, now=now)
    assert list(home(client, place.manager, view="manager").context["appeals"]) == [appeal]
    assert list(home(client, place.second, view="personnel").context["appeals"]) == [appeal]
    assert list(home(client, place.personnel, view="personnel").context["appeals"]) == []  # who refused
    promotions.mediate(appeal=appeal, outcome="unsettled", note="仍有异议", by=place.manager, now=now)
    assert list(home(client, place.manager, view="manager").context["appeals"]) == []
    assert list(home(client, place.second, view="personnel").context["appeals"]) == [appeal]
    promotions.rule_on_appeal(appeal=appeal, upheld=False, ruling="维持", by=place.second, now=now)
    assert list(home(client, place.second, view="personnel").context["appeals"]) == []


def test_a_certificate_whose_result_is_void_waits_on_personnels_home_with_one_step_to_revoke_it(client, now):
    personnel, holder = factories.with_role(Role.PERSONNEL), factories.person("李明")
    result = make_result(holder, now)
    certificate = certificates.issue(result=result, kind=make_kind(result.exam), now=now)
    standing = make_result(factories.person("林晓雨"), now)
    certificates.issue(result=standing, kind=CertificateKind.objects.get(), now=now)
    assert list(home(client, personnel, view="personnel").context["baseless"]) == []
    examiner = factories.with_role(Role.EXAMINER)
    exams.rule(attempt=result.candidacy.attempts.get(), kind="void", by=examiner, reason="替考", now=now)
    page = home(client, personnel, view="personnel")
    assert list(page.context["baseless"]) == [certificate]
    revoke = reverse("certificates:revoke", args=[certificate.pk])
    assert revoke in page.content.decode()
    listed = client.get(reverse("certificates:list"), {"result": "fallen"}).context["table"]
    assert [row.object for row in listed.rows] == [certificate]
    client.post(revoke, {"reason": "成绩作废"})
    assert list(home(client, personnel, view="personnel").context["baseless"]) == []


def test_the_learners_home_costs_the_same_with_one_thing_waiting_and_with_many(client, now):
    place = small_academy(now)
    place.rule()
    few, many = place.agent("李明"), place.agent("林晓雨")
    assigned(few, now, title="一门")
    makers.candidacy(now=now, person=few)
    for number in range(5):
        assigned(many, now, title=f"第 {number} 门", days=number)
        makers.candidacy(now=now, person=many)
    assert queries_of(client, few) == queries_of(client, many) <= 20


def a_rule_that_asks_for_everything(place, now):
    """A rule with every kind of requirement, two windows of quality among them."""
    exam = make_exam()
    make_kind(exam)
    place.rule(
        [
            {"kind": "certificate", "kind_code": "intermediate"},
            {"kind": "exam", "exam": exam.code, "score": 80},
            {"kind": "typing", "speed": 50, "accuracy": 95},
            {"kind": "courses", "level": "junior", "count": 3},
            {"kind": "quality", "average": 90, "days": 90, "least": 3},
            {"kind": "months_in_level", "months": 12},
            {"kind": "appraisals", "rating": 3, "count": 2},
            {"kind": "no_violation"},
        ]
    )
    return exam


def test_a_rule_that_asks_for_everything_keeps_the_home_at_twenty_queries(client, now):
    place = small_academy(now)
    exam = a_rule_that_asks_for_everything(place, now)
    few, many = place.agent("李明"), place.agent("林晓雨")
    certificates.issue(result=make_result(many, now, exam=exam), kind=CertificateKind.objects.get(), now=now)
    for person, things in ((few, 1), (many, 4)):
        for number in range(things):
            assigned(person, now, title=f"{person.name}第 {number} 门", days=number)
            finished(person, now, title=f"{person.name}学完第 {number} 门")
            makers.candidacy(now=now, person=person)
            quality.observe(now, person)
    found = home(client, many).context["home"].way
    assert {step["kind"]: step["met"] for step in found.steps}["certificate"]
    assert queries_of(client, few) == queries_of(client, many) <= 20
    assert queries_of(client, place.manager, view=Role.MANAGER) <= 20


def test_what_the_home_has_read_already_is_judged_like_what_is_read_afresh(client, now):
    place = small_academy(now)
    exam = a_rule_that_asks_for_everything(place, now)
    person = place.agent("李明")
    certificates.issue(result=make_result(person, now, exam=exam), kind=CertificateKind.objects.get(), now=now)
    finished(person, now, title="资费政策")
    quality.observe(now, person)
    assert home(client, person).context["home"].way.steps == ladder.way(person, now.date()).steps


@pytest.mark.parametrize("role", TABS)
def test_a_tab_costs_the_same_for_one_person_and_for_many(client, now, role):
    place = small_academy(now)
    place.rule()
    user = factories.with_role(role, over=place.unit)

    def somebody(name):
        person = place.agent(name)
        assigned(person, now - timedelta(days=9), days=5, title=f"{name}的课")
        makers.candidacy(now=now, person=person)
        quality.observe(now, person)

    somebody("李明")
    place.in_review(place.agent("王建国"))
    one = queries_of(client, user, view=role)
    for name in ("林晓雨", "欧阳静", "赵敏"):
        somebody(name)
    assert one == queries_of(client, user, view=role) <= 20


def test_tabs_begin_with_a_capital_letter_in_english(client, now):
    trainer = factories.with_role(Role.TRAINER)
    choose_language(user=trainer, language="en")
    assert ">Trainer</a>" in shown(client, trainer, view="trainer")
