from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ground import spreadsheets, tables
from ground.tables import Column, Filter, Table
from people.models import User

pytestmark = pytest.mark.django_db


class PeopleTable(Table):
    name = "people"
    title = "员工"
    default_order = "name"
    page_size = 5
    columns = [
        Column("name", "姓名", order=("name_sort",), value=lambda row: row.name, url=lambda row: f"/{row.pk}/"),
        Column("number", "工号", order=("employee_no",), value=lambda row: row.employee_no, badge=lambda row: "ok"),
        Column("mail", "邮箱", value=lambda row: row.email),
    ]
    filters = [
        Filter(
            "active",
            "状态",
            choices=lambda request: [("1", "在职"), ("0", "离职")],
            apply=lambda rows, value: rows.filter(is_active=value == "1"),
        )
    ]
    search = staticmethod(lambda rows, words: rows.filter(name_search__icontains=words))


def table(address: str = "/", rows=None) -> PeopleTable:
    request = RequestFactory().get(address)
    request.now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    return PeopleTable(request, User.objects.all() if rows is None else rows)


def people(*names: str) -> None:
    made = []
    for place, name in enumerate(names):
        user = User(employee_no=f"t{place:03}", name=name, is_active=place % 2 == 0)
        user.set_name_columns()
        made.append(user)
    User.objects.bulk_create(made)


def names(shown: Table) -> list[str]:
    return [row.cells[0].text for row in shown.rows]


def test_chinese_names_sort_by_pinyin_both_ways():
    people("周敏", "林晓雨", "李明", "安然")
    assert names(table()) == ["安然", "李明", "林晓雨", "周敏"]
    assert names(table("/?sort=-name")) == ["周敏", "林晓雨", "李明", "安然"]
    assert names(table("/?sort=number")) == ["周敏", "林晓雨", "李明", "安然"]


def test_people_are_found_by_characters_pinyin_and_initials():
    people("林晓雨", "李明")
    assert [names(table(f"/?q={words}")) for words in ("晓雨", "linxiao", "lxy")] == [["林晓雨"]] * 3


@pytest.mark.parametrize(
    "address", ["/?sort=nonsense", "/?sort=mail", "/?page=999", "/?page=x", "/?active=7", "/?q=%00"]
)
def test_an_address_that_makes_no_sense_shows_the_list(address):
    people("李明")
    assert names(table(address)) == ["李明"]


def test_a_page_past_the_end_shows_the_last_one():
    people(*"甲乙丙丁戊己")
    assert table("/?page=999").page.number == 2


def test_a_filter_applies_only_its_own_choices():
    people("李明", "周敏")
    assert names(table("/?active=0")) == ["周敏"]
    assert table("/?active=0").is_filtered
    assert not table("/?active=x").is_filtered


def test_headings_turn_the_order_and_keep_the_filters():
    people("李明")
    name, number, mail = table("/?active=1&sort=name&page=2").headings
    assert (name.direction, name.url) == ("ascending", "?active=1&sort=-name")
    assert (number.direction, number.url) == ("", "?active=1&sort=number")
    assert mail.url == ""


def test_one_row_and_many_cost_the_same_queries():
    people("李明")
    with CaptureQueriesContext(
        connection,
    ) as few:
        shown = table()
        assert len(shown.rows) == shown.count == 1
    people_more = [f"张{letter}" for letter in "甲乙丙丁戊己庚辛"]
    User.objects.all().delete()
    people(*people_more)
    with CaptureQueriesContext(connection) as many:
        shown = table()
        assert (len(shown.rows), shown.count) == (5, 8)
    assert len(few) == len(many) == 2


def test_the_spreadsheet_holds_every_row_as_filtered_and_sorted():
    people(*"甲乙丙丁戊己庚")
    shown = table("/?active=1&sort=-number&export=xlsx&page=2")
    assert shown.export_wanted
    response = shown.export()
    assert response["Content-Disposition"] == 'attachment; filename="people-2026-11-23.xlsx"'
    sheet = spreadsheets.read(
        b"".join(response.streaming_content), columns={"name": ["姓名"], "no": ["工号"], "mail": ["邮箱"]}
    )
    assert [row.values["name"] for row in sheet.rows] == ["庚", "戊", "丙", "甲"]


def test_a_list_of_rows_sorts_with_the_unknown_last():
    class Scores(Table):
        columns = [Column("score", "得分", order=("score",), value=lambda row: row)]

    request = RequestFactory().get("/?sort=-score")
    assert [row.object for row in Scores(request, [1, None, 3]).rows] == [3, 1, None]


def test_values_are_shown_in_the_readers_format():
    moment = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    values = [None, "", True, 1234, 12345, Decimal("96.50"), 3.0, date(2026, 11, 22), moment]
    with translation.override("en"):
        shown = [tables.shown(value) for value in values]
    assert shown[:7] == ["–", "–", "yes", "1234", "12,345", "96.5", "3"]
    assert "23" in shown[8]


def test_pages_far_away_are_a_gap():
    people(*[f"张{number}" for number in range(60)])
    assert table("/?page=6").page.numbers == [1, None, 4, 5, 6, 7, 8, None, 12]


def test_the_component_renders_without_script(client):
    from django.template.loader import render_to_string

    people("李明")
    html = render_to_string("components/table.html", {"table": table(), "request": table().request})
    assert 'aria-sort="ascending"' in html
    assert "style=" not in html
    assert "onclick" not in html
