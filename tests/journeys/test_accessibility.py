"""The main pages of the chain hold no serious barrier: wide and narrow, light and dark."""

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from certificates.models import Certificate
from courses import services as courses
from exams import services as exams
from exams.models import Attempt
from exams.typing import services as practice
from exams.typing.services import rulings
from people.models import User
from tests import factories
from tests.courses import build
from tests.journeys import academy
from tests.typing import scenes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")
GRAVE = ("serious", "critical")


@dataclass
class Stop:
    """A page of the walk: what it is, whose it is (nobody: no sign-in), where it is and what shows that it is ready."""

    name: str
    user: User | None
    path: str
    ready: str = "main h1"


def walk(house: academy.Academy) -> list[Stop]:
    """The new hire has come as far as the panel; two colleagues sit in the middle of their exams."""
    hers = house.newcomer
    academy.learn(house, hers)
    passed = academy.sit(house, hers)
    certificate = Certificate.objects.get(user=hers)
    plan = academy.plan(house)
    case = academy.case_before_the_panel(house)
    writing, typing, waiting = house.colleagues
    exams.invite(sitting=house.sitting, users=[writing, waiting], by=house.examiner, now=house.now)
    paper = house.exam.parts.order_by("order")[0]
    begun = exams.start_attempt(candidacy=house.candidacy_of(writing), part=paper, now=house.now)
    sheet = f"{reverse('exams:attempt', args=[begun.pk])}?tab={begun.generation}&q=1"
    # Of five minutes, so that a slow machine does not meet its end.
    racing, test = scenes.candidacy(house.now, user=typing, of=scenes.standard(house.now, minutes=5))
    race = exams.start_attempt(candidacy=racing, part=test, now=timezone.now())
    looked_at = Attempt.objects.filter(candidacy=passed, typing__isnull=False).latest("id")
    order = rulings.order_recheck(attempt=looked_at, by=house.examiner, reason="请监督复测", now=timezone.now())
    scenes.passage(house.now, 5, use="practice")
    practised = practice.start_practice(user=hers, minutes=1, now=timezone.now())
    given = "错" + practice.practice_text(practised)[1:40]
    practice.finish_practice(run=practised, text=given, now=timezone.now())
    practising = practice.start_practice(user=hers, minutes=10, now=timezone.now())
    coach = factories.with_role("trainer")
    courses.begin_checklists(checklist=build.checklist(), users=[hers], by=coach, now=timezone.now())
    job = hers.job_records.get()
    table = {"caption": "时限", "columns": [{"type": "text", "heading": "业务"}], "rows": [{"values": ["投诉"]}]}
    body = [
        ("table", table),
        ("say_aloud", {"situation": "断网两天", "task": "先安抚", "hints": ["先回应情绪"], "sample": "一定很耽误您。"}),
        ("reflection", {"question": "哪一通电话可以更好？", "example": "开头"}),
    ]
    blocks = build.lesson(house.course, "说一说")
    blocks.body = blocks.body.stream_block.to_python([{"type": kind, "value": value} for kind, value in body])
    blocks.save_revision().publish()
    return [
        Stop("typing", typing, reverse("exams:typing_attempt", args=[race.pk]), ".passage p.now"),
        Stop("login", None, reverse("account_login")),
        Stop("verify", None, reverse("certificates:verify")),
        Stop("verified", None, reverse("certificates:verified", args=[certificate.printed_code])),
        Stop("home", hers, reverse("home")),
        Stop("course", hers, house.course.get_url()),
        Stop("lesson", hers, build.lessons(house.course)[0].get_url()),
        Stop("my learning", hers, reverse("courses:mine")),
        Stop("five minutes", hers, reverse("courses:daily")),
        Stop("record", hers, reverse("courses:record")),
        Stop("external course", hers, reverse("courses:external_new")),
        Stop("on the job", coach, reverse("courses:job", args=[job.pk])),
        Stop("rule", coach, reverse("courses:rule_new")),
        Stop("leave", coach, reverse("courses:leave_new")),
        Stop("new hires", coach, reverse("courses:cohorts")),
        Stop("hours", coach, reverse("courses:hours")),
        Stop("matrix", coach, reverse("courses:matrix")),
        Stop("blocks", hers, blocks.get_url()),
        Stop("result", hers, reverse("exams:result", args=[passed.pk])),
        Stop("certificates", hers, reverse("certificates:mine")),
        Stop("certificate", hers, certificate.get_absolute_url()),
        Stop("attempt", writing, sheet, "[data-question] legend"),
        Stop("review", writing, reverse("exams:review", args=[begun.pk])),
        Stop("exam cover", waiting, reverse("exams:candidacy", args=[house.candidacy_of(waiting).pk])),
        Stop("practice", hers, reverse("exams:practice")),
        Stop("practising", hers, reverse("exams:practice_run", args=[practising.pk]), ".passage p.now"),
        Stop("practice result", hers, reverse("exams:practice_run", args=[practised.pk])),
        Stop("flagged typing", house.examiner, reverse("exams:typing_flagged")),
        Stop(
            "typing looked at", house.examiner, reverse("exams:typing_run", args=[looked_at.pk]), ".replay .passage p"
        ),
        Stop("re-check", hers, reverse("exams:typing_recheck", args=[order.pk])),
        Stop("warm-up", typing, reverse("exams:typing_ready", args=[racing.pk, test.pk])),
        Stop("staff list", house.personnel, reverse("people:staff_list")),
        Stop("staff", house.personnel, reverse("people:staff", args=[hers.pk])),
        Stop("needs", house.personnel, reverse("plans:needs")),
        Stop("plan", house.personnel, reverse("plans:plan", args=[plan.year])),
        Stop("round", house.personnel, reverse("promotions:round", args=[case.round_id])),
        Stop("case", house.personnel, reverse("promotions:case", args=[case.pk])),
        Stop("vote", house.panel[1], reverse("promotions:case", args=[case.pk])),
    ]


def test_the_pages_of_the_chain_hold_no_serious_barrier(page, sign_in, live_server):
    page.set_default_timeout(30_000)
    barriers = []
    for stop in walk(academy.found(timezone.now())):
        page.context.clear_cookies()
        if stop.user is not None:
            sign_in(stop.user)
        answer = page.goto(live_server.url + stop.path)
        assert answer.status == 200, stop
        page.locator(stop.ready).first.wait_for()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                barriers += [f"{stop.name}, {scheme}, {width}: {words}" for words in grave_barriers(page)]
                if sideways(page):
                    barriers.append(f"{stop.name}, {width}: the page scrolls sideways")
    assert not barriers, "\n" + "\n".join(barriers)


def grave_barriers(page: Page) -> list[str]:
    """Serious and critical violations, each with the first places where it stands."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: " + "; ".join(f"{node['target'][0]} {_figures(node)}" for node in rule["nodes"][:4])
        for rule in found
        if rule["impact"] in GRAVE
    ]


def _figures(node: dict) -> str:
    return " ".join(check["message"] for check in (node["any"] or node["all"] or node["none"])[:1])


def sideways(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
