"""From the first day to the first level: the whole chain, walked by hand in the browser."""

import io
from datetime import date, datetime, time, timedelta

import pypdf
import pytest
import time_machine
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from playwright.sync_api import Page, expect

from certificates.models import Certificate
from people.models import Employment, User
from tests.journeys import academy
from tests.journeys.academy import CERTIFICATE, EXAM, LESSONS, PASSWORD, RIGHT, WEAK
from tests.journeys.ime import type_with_ime

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ROUND = "本年度晋升评审"
PATIENCE = 30_000  # ms; two cores may be busy with other things


@pytest.fixture
def desk(browser, complaints, live_server):
    """`desk(user)`: this person's own browser, signed in through the form; `desk()` somebody's who has no account."""
    open_desks = []

    def sit_down(user: User | None = None) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN", base_url=live_server.url, accept_downloads=True
        )
        context.on("page", complaints.watch)
        context.set_default_timeout(PATIENCE)
        open_desks.append(context)
        page = context.new_page()
        if user is not None:
            sign_in_through_the_form(page, user)
        return page

    expect.set_options(timeout=PATIENCE)
    yield sit_down
    for context in open_desks:
        context.close()


def test_a_new_hire_learns_proves_and_is_promoted(desk, live_server):
    house = academy.found(timezone.now())
    hers = desk(house.newcomer)
    she_sees_one_next_action(hers, house)
    she_takes_the_course(hers)
    she_answers_the_paper(hers)
    she_passes_the_typing_test(hers)
    certificate = her_certificate_appears(hers, house)
    she_downloads_the_pdf(hers, certificate)
    anybody_can_verify_it(desk(), certificate)

    personnel = desk(house.personnel)
    personnel_finds_the_weak_topic(personnel, house)
    personnel_drafts_the_plan(personnel, house)
    personnel_puts_the_need_into_the_plan(personnel, house)
    personnel_proposes_the_plan(personnel, house)
    another_person_approves_the_plan(desk(house.second), house)

    effective_on = personnel_opens_a_round(personnel, house)
    the_manager_proposes_her(desk(house.manager), house, certificate)
    personnel_brings_the_round_to_the_panel(personnel)
    for member in house.panel:
        a_panel_member_votes_for_her(desk(member), house)
    personnel_promotes_her(personnel, house)

    her_level_changes_on_its_day(house, effective_on)
    the_staff_page_shows_her_history(personnel, house)
    the_staff_list_shows_her_level(personnel, house, "–")
    with time_machine.travel(midnight(effective_on)):
        the_staff_list_shows_her_level(desk(house.personnel), house, house.junior.name)
        she_stands_on_her_first_level(desk(house.newcomer), house)


# The new hire.


def sign_in_through_the_form(page: Page, user: User) -> None:
    page.goto("/")
    page.locator("#id_login").fill(user.employee_no)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name=_("Sign in"), exact=True).click()
    expect(page.locator(".who")).to_contain_text(user.name)


def she_sees_one_next_action(page: Page, house: academy.Academy) -> None:
    expect(page.locator(".card.next")).to_have_count(1)
    expect(page.locator(".card.next h1")).to_contain_text("客户投诉处理")
    expect(page.locator(".card.next a.button")).to_have_count(1)
    expect(page.locator("main")).to_contain_text(house.sitting.name)
    page.locator(".card.next a.button").click()


def she_takes_the_course(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("客户投诉处理")
    page.get_by_role("link", name=_("Begin the course")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LESSONS[0])
    page.get_by_role("button", name=_("Done, next lesson")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LESSONS[1])
    page.get_by_role("button", name=_("Done, finish the course")).click()
    expect(page.locator(".card.next")).to_contain_text(_("Read again"))
    page.goto("/")
    expect(page.locator(".card.next h1")).to_contain_text("本月初级工考试")


def she_answers_the_paper(page: Page) -> None:
    page.locator(".card.next a.button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EXAM)
    page.get_by_role("button", name=_("Start"), exact=True).click()
    for position in range(1, 7):
        question = page.locator(f'[data-question="{position}"]')
        expect(question).to_be_visible()
        answer_rightly(question)
        expect(page.locator("[data-answered]")).to_have_text(str(position))
        expect(page.locator("[data-status]")).to_have_text(_("Saved"))
        if position < 6:
            question.get_by_role("button", name=pgettext("question", "Next"), exact=True).click()
    page.locator(".exambar").get_by_role("link", name=_("Check and hand in")).click()
    expect(page.locator("main")).to_contain_text(_("Every question is answered."))
    page.get_by_role("button", name=_("Hand in for good")).click()
    expect(page.locator("main")).to_contain_text(
        _("Not decided yet: parts or tries are left, or answers are being marked.")
    )
    expect(page.locator("section.card", has_text="业务笔试").first).to_contain_text("100")


def answer_rightly(question) -> None:
    """Looks at the question on the screen and gives the answer that she has learnt."""
    said = question.locator("legend").inner_text()
    answer = next(answer for stem, answer in RIGHT.items() if stem in said)
    if isinstance(answer, bool):
        question.get_by_label(_("True") if answer else _("False"), exact=True).check()
    elif question.locator("[name=text]").count():
        question.locator("[name=text]").fill(answer)
    else:
        question.get_by_label(answer, exact=True).check()


def she_passes_the_typing_test(page: Page) -> None:
    page.get_by_role("link", name=_("Open this part")).click()
    page.get_by_role("link", name=_("Get ready")).click()
    cdp = page.context.new_cdp_session(page)
    page.locator("#typing-pad").click()
    type_with_ime(cdp, "您好，很高兴为您服务。")
    expect(page.locator("#typing-pad")).to_have_value("您好，很高兴为您服务。")
    page.locator("form[action*=start] button").click()
    page.locator(".passage p.now").wait_for()
    text = "".join("".join(page.locator(".passage p").all_inner_texts()).split())[:80]
    type_with_ime(cdp, text)
    expect(page.locator("#typing-pad")).to_have_value(text)
    page.locator("summary.button").click()
    page.locator("dialog button:not([data-close])").click()
    expect(page.locator("main")).to_contain_text(_("You have passed %(exam)s.") % {"exam": EXAM})
    typing = page.locator("section.card", has_text="汉字录入").first
    expect(typing).to_contain_text("80.0")
    expect(typing).to_contain_text("100.0")
    expect(typing.locator(".badge.ok").first).to_have_text(_("passed"))


def her_certificate_appears(page: Page, house: academy.Academy) -> Certificate:
    page.goto("/")
    expect(page.locator("main")).to_contain_text(printed_day(Certificate.objects.get(user=house.newcomer)))
    page.get_by_role("link", name=CERTIFICATE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CERTIFICATE)
    certificate = Certificate.objects.get(user=house.newcomer)
    expect(page.locator("main")).to_contain_text(certificate.number)
    expect(page.locator("main")).to_contain_text(printed_day(certificate))
    expect(page.locator("main")).to_contain_text(house.newcomer.name)
    return certificate


def printed_day(certificate: Certificate) -> str:
    """The last day on which it holds, the same wherever it is shown."""
    return date_format(certificate.valid_until, "DATE_FORMAT")


def she_downloads_the_pdf(page: Page, certificate: Certificate) -> None:
    with page.expect_download(timeout=2 * PATIENCE) as downloading:
        page.get_by_role("link", name=_("Download PDF")).click()
    document = downloading.value.path().read_bytes()
    assert document.startswith(b"%PDF")
    assert downloading.value.suggested_filename == f"{certificate.number}.pdf"
    printed = "".join(pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text().split())
    assert certificate.holder_name in printed
    assert certificate.number in printed


def anybody_can_verify_it(page: Page, certificate: Certificate) -> None:
    page.goto("/certificates/verify/")
    page.locator("#code").fill(certificate.printed_code.lower())
    page.get_by_role("button", name=_("Verify")).click()
    expect(page.locator(".verified .seal")).to_have_text(_("valid"))
    expect(page.locator(".verified")).to_contain_text(certificate.holder_name)
    expect(page.locator(".verified")).to_contain_text(certificate.number)


# Personnel and the annual plan.


def work_bar(page: Page, place: str) -> None:
    page.locator("nav.workbar").get_by_role("link", name=place, exact=True).click()


def confirm(page: Page, action: str, *, reason: str = "") -> None:
    """Opens the question, says why where it is asked, and confirms."""
    page.locator("summary", has_text=action).click()
    dialog = page.locator("dialog[open]")
    if reason:
        dialog.locator("textarea").fill(reason)
    dialog.get_by_role("button", name=action, exact=True).click()


def personnel_finds_the_weak_topic(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Needs"))
    page.get_by_role("button", name=_("Find needs now")).click()
    need = page.locator("ul.steps > li", has_text=WEAK)
    expect(need).to_have_count(1)
    # Three colleagues answered three questions each wrongly, she answered hers rightly: 30 of 120 points.
    evidence = ngettext(
        "%(people)s person answered %(answered)s times: %(rate)s%% of the points, below %(below)s%%.",
        "%(people)s people answered %(answered)s times: %(rate)s%% of the points, below %(below)s%%.",
        4,
    ) % {"people": 4, "answered": 12, "rate": 25, "below": 60}
    expect(need).to_contain_text(evidence)
    expect(need).to_contain_text("客户投诉处理")


def personnel_drafts_the_plan(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Annual plan"))
    page.get_by_role("link", name=_("Draft a plan")).first.click()
    page.locator("#id_year").select_option(str(timezone.localdate(house.now).year))
    page.locator("#id_name").fill("本年度培训计划")
    page.get_by_role("button", name=_("Draft the plan")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("本年度培训计划")


def personnel_puts_the_need_into_the_plan(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Needs"))
    page.locator("ul.steps > li", has_text=WEAK).get_by_role("link", name=_("Put into the plan")).click()
    page.locator("#id_content").fill("情绪安抚六步法")
    page.locator("input[name=method][value=lecture]").check()
    page.locator("#id_month").select_option(index=11)
    page.locator("#id_instructor").select_option(str(house.trainer.pk))
    page.locator("#id_course").select_option("")
    page.get_by_role("button", name=_("Put into the plan")).click()
    expect(page.locator(".toasts")).to_contain_text(_("The item is in the plan."))


def personnel_proposes_the_plan(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Annual plan"))
    page.get_by_role("link", name="本年度培训计划").click()
    main = page.locator("main")
    expect(main).to_contain_text("情绪安抚六步法")
    expect(main).to_contain_text(house.trainer.name)
    confirm(page, _("Propose"))
    expect(main).to_contain_text(
        _("%(name)s has proposed it. Another person must approve it; nobody approves their own plan.")
        % {"name": house.personnel.name}
    )
    expect(page.locator("summary", has_text=_("Approve"))).to_have_count(0)


def another_person_approves_the_plan(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Annual plan"))
    page.get_by_role("link", name="本年度培训计划").click()
    confirm(page, _("Approve"))
    expect(page.locator("main .badge.ok").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(house.second.name)


# The promotion.


def personnel_opens_a_round(page: Page, house: academy.Academy) -> date:
    """Nominations until tomorrow, promotions from next week on."""
    today = timezone.localdate(house.now)
    effective_on = today + timedelta(days=7)
    work_bar(page, _("Promotions"))
    page.get_by_role("link", name=_("Open a round")).first.click()
    page.locator("#id_name").fill(ROUND)
    page.locator("#id_nominate_until").fill((today + timedelta(days=1)).isoformat())
    page.locator("#id_effective_on").fill(effective_on.isoformat())
    for member in house.panel:
        page.get_by_label(member.name).check()
    page.get_by_role("button", name=_("Open the round")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ROUND)
    return effective_on


def the_manager_proposes_her(page: Page, house: academy.Academy, certificate: Certificate) -> None:
    work_bar(page, _("Promotions"))
    page.get_by_role("link", name=ROUND).click()
    page.get_by_role("link", name=_("Propose somebody")).click()
    her_row(page, house).get_by_role("link", name=_("Propose"), exact=True).click()
    every_requirement_is_met(page, certificate)
    page.locator("#id_justification").fill("学得快，服务耐心。")
    page.locator("main").get_by_role("button", name=_("Propose"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(house.newcomer.name)
    every_requirement_is_met(page, certificate)


def her_row(page: Page, house: academy.Academy):
    return page.locator("tbody tr", has_text=house.newcomer.name)


def every_requirement_is_met(page: Page, certificate: Certificate) -> None:
    requirements = page.locator("ul.requirements > li")
    expect(requirements).to_have_count(2)
    expect(requirements.locator(".badge.ok")).to_have_count(2)
    expect(requirements.nth(0)).to_contain_text(certificate.number)
    expect(requirements.nth(0)).to_contain_text(printed_day(certificate))
    expect(requirements.nth(1)).to_contain_text("1")


def personnel_brings_the_round_to_the_panel(page: Page) -> None:
    work_bar(page, _("Promotions"))
    page.get_by_role("link", name=ROUND).click()
    confirm(page, _("Bring before the panel"))
    expect(page.locator(".toasts")).to_contain_text(_("The cases are before the panel; their dossiers are frozen."))


def a_panel_member_votes_for_her(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Promotions"))
    page.get_by_role("link", name=ROUND).click()
    her_row(page, house).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(CERTIFICATE)
    page.locator("input[name=choice][value=for]").check()
    page.locator("form[action*=vote] button").click()
    expect(page.locator(".toasts")).to_contain_text(_("Your vote is recorded."))


def personnel_promotes_her(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Promotions"))
    page.get_by_role("link", name=ROUND).click()
    her_row(page, house).get_by_role("link").first.click()
    confirm(page, pgettext("to a level", "Promote"), reason="要求全部达到，评审组一致同意。")
    expect(page.locator(".toasts")).to_contain_text(_("The decision is filed, and the person is told."))
    expect(page.locator("main")).to_contain_text("要求全部达到，评审组一致同意。")


def her_level_changes_on_its_day(house: academy.Academy, effective_on: date) -> None:
    def level_on(day: date):
        return Employment.objects.current(day).get(user=house.newcomer).level

    assert level_on(timezone.localdate(house.now)) is None
    assert level_on(effective_on - timedelta(days=1)) is None
    assert level_on(effective_on) == house.junior
    promoted = Employment.objects.current(effective_on).get(user=house.newcomer)
    assert (promoted.cause, promoted.unit, promoted.valid_to) == (Employment.Cause.PROMOTION, house.team, None)


def the_staff_page_shows_her_history(page: Page, house: academy.Academy) -> None:
    work_bar(page, _("Staff"))
    her_row(page, house).get_by_role("link", name=house.newcomer.name).click()
    history = page.locator("section.card").first.locator("ul.steps > li")
    expect(history).to_have_count(2)
    expect(history.nth(0)).to_contain_text(house.junior.name)
    expect(history.nth(1)).not_to_contain_text(house.junior.name)


def the_staff_list_shows_her_level(page: Page, house: academy.Academy, level: str) -> None:
    work_bar(page, _("Staff"))
    expect(her_row(page, house).locator(f"td[data-label='{_('Level')}']")).to_have_text(level)


def she_stands_on_her_first_level(page: Page, house: academy.Academy) -> None:
    page.goto("/promotions/")
    sentence = _("You hold the level “%(level)s”, and no rule leads further up.") % {"level": house.junior.name}
    expect(page.locator("main")).to_contain_text(sentence)


def midnight(day: date) -> datetime:
    """The first moment of a day of the organisation."""
    return timezone.make_aware(datetime.combine(day, time.min))
