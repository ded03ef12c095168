import io
import time
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ground import spreadsheets
from ground.errors import Refused
from ground.spreadsheets import workbooks

COLUMNS = {"number": ["工号", "employee no"], "name": ["姓名", "Name"]}


def workbook(fill) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    fill(book, book.add_worksheet())
    book.close()
    return content.getvalue()


def rows_of(content, **more):
    return [(row.number, row.values) for row in spreadsheets.read(content, columns=COLUMNS, **more).rows]


def code_of(content, **more) -> str:
    with pytest.raises(Refused) as refusal:
        spreadsheets.read(content, columns=COLUMNS, **more)
    assert str(refusal.value).endswith((".", "。"))
    return refusal.value.code


def with_rows(*rows):
    return workbook(lambda book, sheet: [sheet.write_row(place, 0, row) for place, row in enumerate(rows)])


def test_leading_zeros_stay_and_whole_numbers_have_no_point():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["工号", "姓名"])
        sheet.write_string(1, 0, "00123")
        sheet.write_number(1, 1, 12)
        sheet.write_number(2, 0, 13800138000)
        sheet.write_number(2, 1, 0.1 + 0.2)

    assert rows_of(workbook(fill)) == [
        (2, {"number": "00123", "name": "12"}),
        (3, {"number": "13800138000", "name": "0.3"}),
    ]


def test_a_date_cell_becomes_an_iso_day():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["工号", "姓名"])
        sheet.write_datetime(1, 0, date(2026, 11, 22), book.add_format({"num_format": "yyyy/m/d"}))

    assert rows_of(workbook(fill)) == [(2, {"number": "2026-11-22", "name": ""})]


def test_empty_rows_are_left_out_and_numbers_are_those_of_the_spreadsheet():
    assert rows_of(with_rows(["Name", "Employee No"], [], ["林晓雨", "1"], ["", " "])) == [
        (3, {"number": "1", "name": "林晓雨"})
    ]


def with_sheet_xml(content: bytes, change) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == "xl/worksheets/sheet1.xml" else data)
    return changed.getvalue()


def test_a_million_empty_rows_are_read_without_keeping_them():
    empty = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % number for number in range(3, 1_000_003))
    content = with_sheet_xml(
        with_rows(["工号", "姓名"], ["1", "林晓雨"]), lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>")
    )
    began = time.process_time()
    assert rows_of(content) == [(2, {"number": "1", "name": "林晓雨"})]
    assert time.process_time() - began < 15


def test_headings_are_known_by_any_of_their_names_in_any_width_and_case():
    assert rows_of("ＥＭＰＬＯＹＥＥ　ＮＯ*,姓 名\n7,李\n".encode()) == [(2, {"number": "7", "name": "李"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_that_excel_writes(encoding):
    assert rows_of("工号,姓名\n001,林晓雨\n".encode(encoding)) == [(2, {"number": "001", "name": "林晓雨"})]


def test_tabs_and_semicolons_separate_too():
    assert rows_of("工号\t姓名\n1\t李\n".encode()) == rows_of("工号;姓名\n1;李\n".encode())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x01\x02\xff\xfe", "not_a_spreadsheet"),
        (b"  \n", "empty"),
        (b"PK\x03\x04 not a zip", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "encrypted_or_old"),
        ("工号\n1".encode(), "missing_columns"),
        ("工号,姓名,工号\n1,2,3".encode(), "columns_twice"),
        ("工号,姓名,年龄\n1,2,3".encode(), "unknown_columns"),
        ("工号,姓名\n1,2,3".encode(), "value_without_heading"),
        ('工号,姓名\n1,"李'.encode(), "broken_csv"),
        ("工号,姓名\n1,=2+3".encode(), "formulas"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(content, code):
    assert code_of(content) == code


def test_a_missing_column_is_named():
    with pytest.raises(Refused, match="姓名"):
        spreadsheets.read("工号\n1".encode(), columns=COLUMNS)


def test_an_optional_column_may_be_missing():
    assert rows_of("工号\n1".encode(), optional={"name"}) == [(2, {"number": "1", "name": ""})]


def test_formulas_are_refused_with_the_cells_that_hold_them():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["工号", "姓名"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(3, 1, "=A1", None, "x")

    with pytest.raises(Refused, match=r"A2.*B4") as refusal:
        spreadsheets.read(workbook(fill), columns=COLUMNS)
    assert refusal.value.code == "formulas"


def test_too_many_rows_are_refused():
    content = with_rows(["工号", "姓名"], *[[str(number), "李"] for number in range(11)])
    assert len(rows_of(content, limit_rows=11)) == 11
    assert code_of(content, limit_rows=10) == "too_many_rows"


def test_a_large_file_is_refused_before_it_is_read():
    assert code_of(b"a" * 101, limit_bytes=100) == "too_large"


def test_a_file_that_unpacks_to_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "LIMIT_INFLATED", 100_000)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", " " * 200_000)
    assert code_of(content.getvalue()) == "inflates_too_far"


def test_entities_are_never_expanded():
    good = with_rows(["工号", "姓名"], ["1", "李"])
    declared = b'?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    assert code_of(with_sheet_xml(good, lambda xml: xml.replace(b"?>", declared, 1))) == "broken"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    for start in (b"", b"PK\x03\x04"):
        try:
            spreadsheets.read(start + content, columns=COLUMNS)
        except Refused as refusal:
            sentence = str(refusal)
        else:
            continue
        assert sentence


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(CELL, CELL), max_size=10))
def test_what_is_written_is_read_back_and_never_a_formula(rows):
    content = spreadsheets.write(title="名册", headings=["工号", "姓名"], rows=rows)
    assert rows_of(content) == [
        (place, {"number": number, "name": name}) for place, (number, name) in enumerate(rows, start=2)
    ]


def test_a_written_text_that_looks_like_a_formula_stays_a_text():
    content = spreadsheets.write(title="x", headings=["工号", "姓名"], rows=[["=1+1", "+cmd|calc"]], notes=["说明"])
    archive = zipfile.ZipFile(content)
    assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    content.seek(0)
    assert rows_of(content.read()) == [(2, {"number": "=1+1", "name": "+cmd|calc"})]
