"""The staff list from a file: every bad row is named, nothing is half taken, twice is once."""

import io
from datetime import date

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.models import JournalEntry
from people import formats, services
from people.models import Employment, Role, User
from tests import factories

HEADINGS = ["工号", "姓名", "部门", "岗位", "等级", "入职日期", "上级工号", "邮箱", "电话"]
RIGHT = ["00123", "罗婉清", "热线一班", "话务员", "初级工", "2026-03-02", "", "luo@example.com", "13800000000"]
TODAY = date(2026, 11, 23)


def workbook(rows, headings=HEADINGS, *, empty=0, formula=None) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([headings, *rows]):
        for place, value in enumerate(row):
            sheet.write_string(number, place, value)
    if formula:
        sheet.write_formula(len(rows) + 1, 0, formula)
    for number in range(len(rows) + 1, len(rows) + 1 + empty):
        sheet.write_blank(number, 0, None, book.formats[0])
    book.close()
    return target.getvalue()


def line(number=2, **cells):
    values = dict(zip(formats.COLUMNS, RIGHT, strict=True)) | cells
    return formats.Line(number, values)


@pytest.fixture
def place(db):
    """A team, a post and the levels that the rows speak of."""
    factories.level("junior"), factories.level("intermediate"), factories.post()
    return factories.unit("热线一班")


def take(lines, now, on=TODAY, by=None):
    return services.import_staff(rows=lines, on=on, by=by, now=now)


def counts(done):
    return done.new, done.changed, done.unchanged


def faults(lines, now):
    with pytest.raises(services.ImportRefused) as refusal:
        take(lines, now)
    return [(fault.row, fault.sentence) for fault in refusal.value.faults]


def test_new_people_begin_on_their_hire_date_with_leading_zeros_and_no_password(place, now):
    assert counts(take(formats.lines_of(io.BytesIO(workbook([RIGHT]))), now)) == (1, 0, 0)
    person = User.objects.get(employee_no="00123")
    row = person.employments.get()
    assert (row.unit, row.post.code, row.level.code, row.cause) == (place, "agent", "junior", "import")
    assert (row.valid_from, row.valid_to) == (date(2026, 3, 2), None)
    assert (person.name_sort, person.email) == ("luo wan qing", "luo@example.com")
    assert not person.has_usable_password()


def test_taking_the_same_list_again_changes_nothing(place, now):
    lines = [line(2), line(3, employee_no="00124", manager="00123"), line(4, employee_no="00125", hired="2027-02-01")]
    assert counts(take(lines, now)) == (3, 0, 0)
    before = JournalEntry.objects.count()
    assert counts(take(lines, now)) == (0, 0, 3)
    assert JournalEntry.objects.count() == before
    assert Employment.objects.count() == 3


def test_a_manager_may_stand_below_in_the_same_file(place, now):
    take([line(2, manager="00124"), line(3, employee_no="00124")], now)
    assert User.objects.get(employee_no="00123").employments.get().manager.employee_no == "00124"


def test_a_difference_becomes_a_change_of_employment_from_the_chosen_day(place, now):
    other = factories.unit("热线二班")
    take([line()], now)
    assert counts(take([line(unit="热线二班", level="中级工", phone="")], now, on=date(2026, 12, 1))) == (0, 1, 0)
    person = User.objects.get(employee_no="00123")
    rows = list(person.employments.order_by("valid_from").values_list("unit", "level__code", "valid_from", "valid_to"))
    assert rows == [
        (place.pk, "junior", date(2026, 3, 2), date(2026, 12, 1)),
        (other.pk, "intermediate", date(2026, 12, 1), None),
    ]
    assert person.phone == "13800000000"


def test_an_empty_cell_keeps_what_is_on_record(place, now):
    take([line(manager="")], now)
    assert counts(take([line(level="", email="", phone="", hired="")], now)) == (0, 0, 1)


def test_the_same_list_names_units_by_code_name_or_path(place, now):
    for word in (place.code, "热线一班", "云桥通信客户服务中心/热线一班", "云桥通信客户服务中心 / 热线一班"):
        assert counts(take([line(unit=word)], now))[1] == 0


def test_a_name_of_several_units_asks_for_the_code(place, now):
    twin = factories.unit("热线一班", parent=factories.unit("营业厅部"))
    ((row, sentence),) = faults([line()], now)
    assert row == 2
    assert place.code in sentence
    assert twin.code in sentence


BAD = {
    "employee_no": ["", "12 34", "客服001", "a" * 21, "-1", "=1+1"],
    "name": ["", "长" * 61, "名\u0007字"],
    "unit": ["", "没有的班组"],
    "post": ["", "宇航员"],
    "level": ["特级工"],
    "hired": ["", "昨天", "2026-13-01", "2026-02-30", "1066-10-14", "45000"],
    "manager": ["999999", "00123"],
    "email": ["luo", "luo@", "@example.com"],
    "phone": ["电话：一二三", "1" * 31],
}


@pytest.mark.parametrize(("column", "text"), [(column, text) for column, texts in BAD.items() for text in texts])
def test_every_kind_of_bad_cell_is_one_sentence_and_changes_nothing(place, now, column, text):
    lines = [line(2, employee_no="00200"), line(3, **{column: text})]
    found = faults(lines, now)
    assert [row for row, _sentence in found] == [3]
    assert found[0][1].endswith("。") or found[0][1].endswith(".")
    assert not User.objects.exists()


def test_a_number_that_stands_twice_names_the_first_row(place, now):
    ((row, sentence),) = faults([line(2), line(3, employee_no="00124"), line(4, name="别人")], now)
    assert row == 4
    assert "2" in sentence


def test_all_bad_rows_are_named_at_once(place, now):
    lines = [line(2, unit="无"), line(3, employee_no="00124"), line(4, employee_no="", post="无", hired="无")]
    assert [row for row, _sentence in faults(lines, now)] == [2, 4, 4, 4]


def test_leavers_and_planned_changes_are_not_run_over(place, now):
    take([line()], now)
    person = User.objects.get(employee_no="00123")
    planned = services.change_employment(
        user=person, on=date(2027, 1, 1), unit=factories.unit("热线二班"), now=now, by=None, cause="transfer"
    )
    assert len(faults([line(level="中级工")], now)) == 1
    services.undo_change(employment=planned, by=None, now=now)
    services.end_employment(user=person, last_day=date(2026, 10, 1), now=now, by=None, reason="离职")
    assert len(faults([line()], now)) == 1


def test_personnel_takes_only_people_and_units_within_reach_and_never_themselves(place, now):
    clerk = factories.with_role(Role.PERSONNEL, over=place)
    outside = factories.unit("营业厅班")
    somebody = factories.person("吴越", at=outside)
    hired = "2026-01-05"
    rows = [
        line(2, employee_no="00300", unit="营业厅班"),
        line(3, employee_no=somebody.employee_no, hired=hired),
        line(4, employee_no=clerk.employee_no, hired=hired),
    ]
    with pytest.raises(services.ImportRefused) as refusal:
        services.import_staff(rows=rows, on=TODAY, by=clerk, now=now, paths=[place.path])
    assert [fault.row for fault in refusal.value.faults] == [2, 3, 4]


KNOWN = formats.Known(
    units=[formats.KnownUnit(1, "C", ("公司",), True)],
    posts=[formats.KnownPost(1, "agent", "话务员", 0)],
    levels=[formats.KnownLevel(1, "junior", "初级工", 1)],
    people={},
)
CELL = st.text(max_size=40) | st.sampled_from(["C", "agent", "初级工", "2026-01-05", "00123", "00124"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(formats.COLUMNS, CELL)), min_size=1, max_size=8))
def test_whatever_the_cells_hold_each_row_is_new_or_named(rows):
    lines = [formats.Line(number, cells) for number, cells in enumerate(rows, start=2)]
    checked = formats.check(lines, KNOWN, TODAY)
    named = {fault.row for fault in checked.faults}
    assert named | {entry.row for entry in checked.new} == {line.number for line in lines}
    assert not named & {entry.row for entry in checked.new}
    assert all(fault.sentence for fault in checked.faults)
    numbers = [entry.employee_no for entry in checked.new]
    assert len(numbers) == len(set(numbers))


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31)))
def test_days_are_read_in_every_usual_form(day):
    forms = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d 00:00"]
    assert {formats.parse_day(day.strftime(form)) for form in forms} == {day}


# The pages.


@pytest.fixture
def desk(client, place):
    clerk = factories.with_role(Role.PERSONNEL)
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def upload(client, content, name="staff.xlsx", on="2026-11-23"):
    return client.post(
        reverse("people:import_staff"), {"file": SimpleUploadedFile(name, content), "on": on}, follow=True
    )


def test_a_file_is_checked_then_confirmed(desk):
    page = upload(desk, workbook([RIGHT]))
    assert page.context["checked"].total == 1
    assert not User.objects.filter(employee_no="00123").exists()
    done = desk.post(reverse("people:import_confirm"), {"token": page.context["token"]}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("people:staff_list")
    assert User.objects.filter(employee_no="00123").exists()
    again = desk.post(reverse("people:import_confirm"), {"token": page.context["token"]}, follow=True)
    assert again.redirect_chain[-1][0] == reverse("people:import_staff")


def test_a_file_with_a_bad_row_cannot_be_confirmed(desk):
    page = upload(desk, workbook([RIGHT, ["00124", "", *RIGHT[2:]]]))
    assert [fault.row for fault in page.context["faults"]] == [3]
    assert reverse("people:import_confirm") not in page.content.decode()
    desk.post(reverse("people:import_confirm"), {"token": page.context["token"]})
    assert not User.objects.filter(employee_no="00123").exists()


UNREADABLE = {
    "broken": workbook([RIGHT])[:900],
    "text": b"\x00\x01\x02",
    "empty": b" ",
    "wrong headings": workbook([RIGHT], ["编号", *HEADINGS[1:]]),
    "a heading twice": workbook([RIGHT], ["工号", "工号", *HEADINGS[2:]]),
    "a column missing": workbook([RIGHT[:5]], HEADINGS[:5]),
    "a formula": workbook([RIGHT], formula="=1+1"),
    "old": b"\xd0\xcf\x11\xe0" + b"x" * 600,
    "broken csv": '工号,姓名\n"1,2'.encode(),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(desk, kind):
    people = User.objects.count()
    page = upload(desk, UNREADABLE[kind])
    (sentence,) = page.context["form"].errors["file"]
    assert sentence.endswith(("。", "."))
    assert User.objects.count() == people


def test_empty_rows_below_the_list_are_passed_over(desk):
    page = upload(desk, workbook([RIGHT], empty=50_000))
    assert page.context["checked"].total == 1


def test_a_csv_from_a_chinese_excel_is_read(desk):
    content = "\r\n".join([",".join(HEADINGS), ",".join(RIGHT)]).encode("gb18030")
    assert upload(desk, content, "名单.csv").context["checked"].total == 1


def test_the_template_is_a_file_that_the_import_reads(desk):
    content = b"".join(desk.get(reverse("people:import_template")).streaming_content)
    assert formats.lines_of(io.BytesIO(content)) == []
    page = upload(desk, content)
    assert [fault.row for fault in page.context["faults"]] == [0]


# The command.


def test_the_command_takes_a_list_and_with_check_only_looks(place, tmp_path, capsys):
    (path := tmp_path / "staff.xlsx").write_bytes(workbook([RIGHT]))
    call_command("import_staff", str(path), "--check")
    assert not User.objects.exists()
    call_command("import_staff", str(path))
    assert User.objects.get().employee_no == "00123"


def test_the_command_fails_with_a_line_a_fault(place, tmp_path, capsys):
    (path := tmp_path / "staff.xlsx").write_bytes(workbook([["", *RIGHT[1:]], [RIGHT[0], "", *RIGHT[2:]]]))
    with pytest.raises(CommandError) as error:
        call_command("import_staff", str(path))
    assert error.value.returncode == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 2
    assert not User.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_staff", str(tmp_path / "nothing.xlsx"))


def test_thousands_are_taken_with_statements_that_do_not_grow_with_each(place, now, django_assert_max_num_queries):
    lines = [line(number, employee_no=f"{number:06d}", email="") for number in range(2, 1002)]
    with django_assert_max_num_queries(60):
        take(lines, now)
    assert Employment.objects.count() == 1000
