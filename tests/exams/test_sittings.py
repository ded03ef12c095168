"""Windows, entrances, make-ups, monthly series, calendar files and letters."""

import hashlib
import plistlib
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from exams import policy, queries, services
from exams.formats import safe_browser
from exams.models import Candidacy, Exam, Sitting
from exams.services.series import due, opens_in
from ground import calendar
from ground.errors import Refused
from people.models import Notification
from tests import factories
from tests.exams import makers

minute = timedelta(minutes=1)
hour = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
db = pytest.mark.django_db


# The entrance.


@pytest.mark.parametrize(
    ("address", "networks", "inside"),
    [
        ("10.20.3.4", ["10.20.0.0/16"], True),
        ("10.21.3.4", ["10.20.0.0/16"], False),
        ("::ffff:10.20.3.4", ["10.20.0.0/16"], True),
        ("2001:db8::7", ["10.0.0.0/8", "2001:db8::/32"], True),
        ("2001:db9::7", ["2001:db8::/32"], False),
        ("10.20.3.4", ["10.20.3.4/32"], True),
        ("", ["10.0.0.0/8"], False),
        ("unknown", ["0.0.0.0/0"], False),
    ],
)
def test_networks(address, networks, inside):
    assert policy.from_networks(address, networks) is inside


def test_networks_take_one_shape_and_wrong_ones_are_named():
    lines = ["10.20.3.4/16", "", " 192.168.1.7 ", "2001:DB8::1/32", "10.20.0.0/16"]
    assert services.networks(lines) == ["10.20.0.0/16", "192.168.1.7/32", "2001:db8::/32"]
    for wrong in ("10.20.0.0/33", "room 3", "10.20", "::g/8"):
        with pytest.raises(Refused, match=wrong[:5]):
            services.networks([wrong])


def test_keys_of_the_safe_browser_have_64_digits():
    key = "AB" * 32
    assert services.safe_browser_keys([key, "", key.lower()]) == ["ab" * 32]
    for wrong in ("ab" * 31, "zz" * 32, "ab" * 33):
        with pytest.raises(Refused):
            services.safe_browser_keys([wrong])


KEYS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.lists(KEYS, max_size=3), st.lists(KEYS, max_size=3), KEYS, KEYS)
def test_the_safe_browser_proves_each_kind_of_key_that_is_asked(config_keys, browser_keys, config, browser):
    url = "https://academy.example/exams/attempt/7/?tab=1"

    def shown(key):
        return hashlib.sha256(f"{url}{key}".encode()).hexdigest().upper()

    let_in = policy.in_safe_browser(
        f"{url}#q3", config_keys, browser_keys, config_hash=shown(config), browser_hash=shown(browser)
    )
    assert let_in == ((not config_keys or config in config_keys) and (not browser_keys or browser in browser_keys))


def test_the_settings_file_and_its_config_key():
    given_ = safe_browser.settings("https://academy.example/exams/in/3/", "https://academy.example/quit/")
    assert plistlib.loads(safe_browser.settings_file(given_)) == given_
    words = (
        '{"quitURL":"https://academy.example/quit/","quitURLConfirm":false,"sendBrowserExamKey":true,'
        '"startURL":"https://academy.example/exams/in/3/"}'
    )
    assert safe_browser.config_key(given_) == hashlib.sha256(words.encode()).hexdigest()


@db
def test_late_entry_ends_for_who_has_not_begun_only(now):
    people = factories.person("甲"), factories.person("乙")
    exam = makers.exam(parts=2)
    Exam.objects.filter(pk=exam.pk).update(late_entry=15)
    sitting = makers.sitting(Exam.objects.get(pk=exam.pk), *people, now=now)
    in_time, late = (sitting.candidacies.get(user=person) for person in people)
    attempt = services.start_attempt(candidacy=in_time, part=makers.part(in_time), now=now + 15 * minute)
    with pytest.raises(Refused) as refused:
        services.start_attempt(candidacy=late, part=makers.part(late), now=now + 16 * minute)
    assert refused.value.code == "late"
    services.submit(attempt=attempt, now=now + 20 * minute)
    services.start_attempt(candidacy=in_time, part=makers.part(in_time, 1), now=now + 21 * minute)
    row = queries.my_sitting(queries.with_attempts(Candidacy.objects.filter(pk=late.pk)).get(), now + 16 * minute)
    assert (row.late, row.next) == (True, None)


# Moving, making up.


@db
def test_a_window_moves_and_everybody_invited_is_told(now):
    person, by = factories.person(), factories.examiner()
    sitting = makers.sitting(makers.exam(), person, now=now + hour)
    moved = services.move_sitting(
        sitting=sitting, opens_at=now + 3 * hour, closes_at=now + 6 * hour, by=by, reason="停电", now=now
    )
    assert (moved.opens_at, moved.closes_at, queries.sequence(moved)) == (now + 3 * hour, now + 6 * hour, 1)
    told = Notification.objects.get(user=person, kind="exams.moved")
    assert (told.params["opens"], told.params["reason"]) == ("2026-11-23 12:00", "停电")
    invited = sitting.candidacies.get()
    with pytest.raises(Refused) as early:
        services.start_attempt(candidacy=invited, part=makers.part(invited), now=now + 2 * hour)
    assert early.value.code == "early"


@db
def test_a_start_may_move_while_candidates_wait_but_strands_nobody_who_has_begun(now):
    by = factories.examiner()
    sitting = makers.sitting(makers.exam(parts=2), factories.person(), factories.person(), now=now)

    def move(opens, closes):
        return services.move_sitting(
            sitting=sitting, opens_at=opens, closes_at=closes, by=by, reason="停电", now=now + 10 * minute
        )

    assert move(now + 30 * minute, now + 4 * hour).opens_at == now + 30 * minute
    assert move(now, now + 4 * hour).opens_at == now
    invited = sitting.candidacies.first()
    attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now + minute)
    for opens, closes in ((now + 20 * minute, now + 4 * hour), (now, now + 3 * hour)):
        with pytest.raises(Refused) as refused:
            move(opens, closes)
        assert refused.value.code == "strands"
    assert move(now, now + 5 * hour).closes_at == now + 5 * hour
    before = attempt.deadline
    attempt.refresh_from_db()
    assert attempt.deadline == before


@db
def test_a_make_up_invites_the_failed_and_the_absent_and_keeps_the_guards(now, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://academy.example"
    names = ["通过", "未通过", "缺席", "免考", "离职"]
    people = {name: factories.person(name) for name in names}
    sitting = makers.sitting(makers.exam(tries=1), *people.values(), now=now)
    by = factories.examiner()
    services.guard_sitting(
        sitting=sitting,
        name=sitting.name,
        place="三楼",
        access_code="7788",
        addresses=["10.0.0.0/8"],
        config_keys=["ab" * 32],
        own_safe_browser=True,
        by=by,
        now=now,
    )
    for name, right in (("通过", 5), ("未通过", 0)):
        invited = sitting.candidacies.get(user=people[name])
        attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now)
        makers.answer(attempt, right, now=now) if right else None
        services.submit(attempt=attempt, now=now)
    services.excuse(candidacy=sitting.candidacies.get(user=people["免考"]), by=by, reason="产假", now=now)
    type(by).objects.filter(pk=people["离职"].pk).update(is_active=False)
    window = {"opens_at": now + 48 * hour, "closes_at": now + 52 * hour}
    with pytest.raises(Refused) as early:
        services.makeup_sitting(sitting=sitting, name="补考", by=by, now=now + hour, **window)
    assert early.value.code == "open"
    made = services.makeup_sitting(sitting=sitting, name="补考", by=by, now=now + 5 * hour, **window)
    assert {row.user.name for row in made.candidacies.select_related("user")} == {"未通过", "缺席"}
    assert (made.makeup_of, made.place, made.access_code, made.addresses) == (
        sitting,
        "三楼",
        "7788",
        ["10.0.0.0/8"],
    )
    assert made.config_keys == ["ab" * 32, queries.own_config_key(made)]
    for invited in made.candidacies.all():
        attempt = services.start_attempt(candidacy=invited, part=makers.part(invited), now=now + 48 * hour)
        makers.answer(attempt, now=now + 48 * hour)
        services.submit(attempt=attempt, now=now + 49 * hour)
    with pytest.raises(Refused) as nobody:
        services.makeup_sitting(
            sitting=sitting,
            name="再补",
            by=by,
            now=now + 60 * hour,
            opens_at=now + 70 * hour,
            closes_at=now + 72 * hour,
        )
    assert nobody.value.code == "nobody"


# Monthly series.


def series(now, *people, **more):
    given_ = {"name": "月度考核 {month}", "day": 31, "opens": time(9), "hours": 8, "ahead": 3, "place": "三楼"}
    return services.make_series(
        exam=more.pop("exam", None) or makers.exam(),
        audience={"people": [person.pk for person in people or (factories.person(),)]},
        by=more.pop("by", None),
        now=now,
        **(given_ | more),
    )


@db
def test_a_monthly_sitting_opens_ahead_on_the_last_day_of_a_short_month_and_once(now):
    person = factories.person()
    rule = series(now, person)
    assert services.open_due(now=datetime(2026, 11, 27, 8, 59, tzinfo=SHANGHAI)) == []
    at = datetime(2026, 11, 27, 9, 0, tzinfo=SHANGHAI)
    (sitting,) = services.open_due(now=at)
    assert (sitting.opens_at, sitting.closes_at) == (
        datetime(2026, 11, 30, 9, tzinfo=SHANGHAI),
        datetime(2026, 11, 30, 17, tzinfo=SHANGHAI),
    )
    assert (sitting.name, sitting.month, sitting.series, sitting.place) == (
        "月度考核 2026年11月",
        date(2026, 11, 1),
        rule,
        "三楼",
    )
    assert sitting.candidacies.get().user == person
    assert services.open_due(now=at + hour) == []
    services.cancel_sitting(sitting=sitting, by=factories.examiner(), reason="停电", now=at)
    assert services.open_due(now=at + 2 * hour) == []
    (next_,) = services.open_due(now=datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI))
    assert timezone_day(next_.opens_at) == date(2026, 12, 31)


def timezone_day(moment):
    return moment.astimezone(SHANGHAI).date()


@db
def test_a_series_that_is_refused_holds_up_no_other_and_its_maker_is_told_once(now):
    by = factories.examiner()
    stuck = series(now, by=by, day=28)
    services.move_exam(exam=stuck.exam, to="retired", by=None, now=now)
    series(now, day=28)
    at = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
    assert len(services.open_due(now=at)) == 1
    services.open_due(now=at + hour)
    assert Notification.objects.filter(user=by, kind="exams.series_stuck").count() == 1


@db
def test_an_ended_series_opens_nothing_more_and_one_that_is_due_opens_at_once(now):
    rule = series(now, day=24)
    assert Sitting.objects.filter(series=rule).count() == 1
    services.end_series(series=rule, by=factories.examiner(), reason="改季度", now=now)
    assert services.open_due(now=datetime(2026, 12, 23, 9, tzinfo=SHANGHAI)) == []


@given(
    st.integers(1, 31),
    st.integers(1, 744),
    st.integers(0, 60),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(SHANGHAI)),
)
def test_whatever_is_due_is_announced_in_time_and_not_over(day, hours, ahead, moment):
    from exams.models import SittingSeries

    rule = SittingSeries(day=day, opens=time(9), hours=hours, ahead=ahead)
    found = list(due(rule, moment))
    assert len({month for month, _opens, _closes in found}) == len(found)
    for month, opens, closes in found:
        assert opens - timedelta(days=ahead) <= moment < closes
        assert (opens, closes - opens) == (opens_in(rule, month), timedelta(hours=hours))
        assert (opens.astimezone(SHANGHAI).year, opens.astimezone(SHANGHAI).month) == (month.year, month.month)


# Calendar and letters.


@given(st.text(max_size=200))
def test_a_calendar_line_holds_any_words_within_75_octets(words):
    at = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    content = calendar.event(
        uid="u@academy", sequence=0, stamp=at, starts=at, ends=at + hour, summary=words, location=words
    ).decode()
    lines = content.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    (summary,) = [line for line in content.replace("\r\n ", "").split("\r\n") if line.startswith("SUMMARY:")]
    plain = summary[8:].replace("\\\\", "\0").replace("\\;", ";").replace("\\,", ",").replace("\\n", "\n")
    assert plain.replace("\0", "\\") == "\n".join(words.replace("\0", "\\").splitlines())


@db
def test_the_calendar_entry_stays_the_same_and_rises_with_every_change(now):
    invited, by = makers.candidacy(now=now + hour), factories.examiner()
    sitting = invited.sitting

    def lines():
        fresh = Sitting.objects.select_related("exam").get(pk=sitting.pk)
        found = queries.calendar_event(Candidacy.objects.get(pk=invited.pk), fresh).decode()
        return dict(line.split(":", 1) for line in found.split("\r\n") if ":" in line)

    first = lines()
    assert (first["METHOD"], first["SEQUENCE"], first["STATUS"]) == ("PUBLISH", "0", "CONFIRMED")
    assert first["DTSTART"] == "20261123T020000Z"
    services.move_sitting(
        sitting=sitting, opens_at=now + 2 * hour, closes_at=now + 6 * hour, by=by, reason="停电", now=now
    )
    second = lines()
    assert (second["UID"], second["SEQUENCE"], second["DTSTART"]) == (first["UID"], "1", "20261123T030000Z")
    services.cancel_sitting(sitting=sitting, by=by, reason="停电", now=now)
    assert (lines()["UID"], lines()["SEQUENCE"], lines()["STATUS"]) == (first["UID"], "2", "CANCELLED")


@db
def test_the_invited_get_a_letter_in_their_language_once_and_who_has_no_address_gets_none(now):
    zh, en, none = factories.person("甲"), factories.person("乙"), factories.person("丙")
    for person, address, language in ((zh, "a@example.org", ""), (en, "b@example.org", "en")):
        type(person).objects.filter(pk=person.pk).update(email=address, language=language)
    sitting = makers.sitting(makers.exam(), *type(zh).objects.filter(pk__in=[zh.pk, en.pk, none.pk]), now=now)
    ids = [zh.pk, en.pk, none.pk]
    assert services.send_letters(sitting.pk, ids, "exams.invited") == 2
    assert services.send_letters(sitting.pk, ids, "exams.invited") == 0
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert set(letters) == {"a@example.org", "b@example.org"}
    assert letters["b@example.org"].subject == f"Invitation: {sitting.name}"
    assert "邀请" in letters["a@example.org"].subject
    name, content, kind = letters["a@example.org"].attachments[0]
    assert (name, "METHOD:PUBLISH" in content, kind) == ("sitting.ics", True, calendar.CONTENT_TYPE)


@db
def test_letters_are_queued_for_those_with_an_address(now):
    from django_q.models import OrmQ

    person = factories.person()
    type(person).objects.filter(pk=person.pk).update(email="a@example.org")
    makers.sitting(makers.exam(), type(person).objects.get(pk=person.pk), factories.person(), now=now)
    (queued,) = OrmQ.objects.all()
    assert queued.task["func"] == "exams.services.send_letters"
    assert queued.task["args"][1:] == ([person.pk], "exams.invited")
