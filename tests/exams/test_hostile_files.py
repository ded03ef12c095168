"""Files that mean harm, or are not what they say, are refused with a sentence; nothing is read from disk or network."""

import io
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from exams import formats
from exams.formats import Output, moodle_xml
from ground.errors import Refused

QUESTION = (
    '<question type="truefalse"><name><text>a</text></name><questiontext><text>文</text></questiontext>%s</question>'
)
TRUE = '<answer fraction="100"><text>true</text></answer>'


def read(format, content):
    content = content if isinstance(content, bytes) else content.encode()
    return list(formats.READERS[format](io.BytesIO(content)))


def refused(format, content):
    with pytest.raises(Refused) as caught:
        read(format, content)
    return caught.value


def workbook(*rows, headings=("题型", "题干", "答案")):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for number, row in enumerate((headings, *rows)):
        for place, value in enumerate(row):
            (sheet.write_formula if str(value).startswith("=") else sheet.write_string)(number, place, value)
    book.close()
    return target.getvalue()


ENTITIES = "".join(
    f"<!ENTITY {name} '{('&' + before + ';') * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LAUGHS = f"<!DOCTYPE quiz [<!ENTITY a 'ha'>{ENTITIES}]><quiz>&i;</quiz>"


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        "<!DOCTYPE quiz [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><quiz><question>&x;</question></quiz>",
        "<!DOCTYPE quiz SYSTEM 'http://127.0.0.1:9/x.dtd'><quiz></quiz>",
        "<!DOCTYPE quiz [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/x'> %x;]><quiz></quiz>",
    ],
)
def test_document_types_and_entities_are_refused(content):
    assert refused("moodle-xml", content).code == "entities"


def test_an_entity_nobody_declared_is_broken_xml():
    assert refused("moodle-xml", "<quiz><question type='essay'>&x;</question></quiz>").code == "broken"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<quiz>" + "<question>" * 40, "too_deep"),
        ("<quiz><question>" + "<a/>" * 6000 + "</question></quiz>", "too_many"),
        ("<html></html>", "no_quiz"),
        ("<quiz><question></quiz>", "broken"),
        ("", "broken"),
        (" " * 9_000_000, "too_large"),
        ('<quiz a="' + "x" * 9_000_000, "too_large"),
    ],
)
def test_other_xml_that_is_no_question_file_is_refused(content, code):
    assert refused("moodle-xml", content).code == code


def test_a_large_xml_file_is_never_held_as_a_whole():
    content = io.BytesIO(b"<quiz>" + (QUESTION % TRUE).encode() * 20_000 + b"</quiz>")
    tracemalloc.start()
    try:
        assert sum(1 for _each in moodle_xml.read(content)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_question_with_embedded_files_is_named_and_not_taken():
    embedded = '<file name="../../etc/passwd" encoding="base64">AAAA</file>'
    ((place, sentence),) = read("moodle-xml", f"<quiz>{QUESTION % (TRUE + embedded)}</quiz>")
    assert (place, sentence) == ("第 1 题", "题目中嵌入了文件。请改在编辑器中添加图片或录音。")


def test_a_kind_of_moodle_that_we_do_not_have_is_named_and_not_taken():
    ((_place, sentence),) = read("moodle-xml", '<quiz><question type="calculated"></question></quiz>')
    assert "calculated" in sentence


@pytest.mark.parametrize("format", ["gift", "moodle-xml"])
@pytest.mark.parametrize("content", [b"::a::b {T}\0", b"\xff\xfe\xff\xff\xff\xff", b"\x89PNG\r\n\x1a\n\xff\xff"])
def test_what_is_no_text_is_refused(format, content):
    assert refused(format, content).code == "not_text"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_text_files_of_both_encodings_are_read(encoding, ending):
    gift = "// 注释\n::甲::铃响三声内接听。{对}".replace("对", "T").replace("\n", ending)
    xml = f'<?xml version="1.0" encoding="gb2312"?>{ending}<quiz>{QUESTION % TRUE}</quiz>'
    assert [row.content for _place, row in read("gift", gift.encode(encoding))] == [{"stem": "铃响三声内接听。"}]
    assert [row.content for _place, row in read("moodle-xml", xml.encode(encoding))] == [{"stem": "文"}]


@pytest.mark.parametrize("content", ["{" * 1_000_000, "}" * 1_000_000, "\\" * 1_000_000, "::" + "~" * 1_000_000])
def test_a_million_signs_in_gift_are_one_fault(content):
    found = read("gift", f"::good::文 {{T}}\n\n{content}\n\n::also::文 {{F}}")
    assert [isinstance(row, str) for _place, row in found] == [False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "::a::文 {=甲 ~乙",
        "::a::文 甲}",
        "::a 文 {T}",
        "::a::文 {甲}",
        "::a::文 {T} {F}",
        "::a::文 {~%50%甲 =乙 ~%50%丙}",
        "::a::文 {=%50%甲 =乙}",
        "::a::文 {#5..1}",
        "::a::文 {#=1 =2}",
        "// academy [1]\n::a::文 {T}",
        '// academy {"points":"many"}\n::a::文 {T}',
        '// academy {"key":[]}\n::a::文 {T}',
        "// academy " + "[" * 100_000 + "\n::a::文 {T}",
        "// academy {\n::a::文 {T}",
    ],
)
def test_gift_that_means_nothing_is_a_sentence(text):
    ((place, sentence),) = read("gift", text)
    assert place == "第 1 题"
    assert isinstance(sentence, str)
    assert sentence.endswith("。")


def test_a_workbook_with_formulas_is_refused():
    assert refused("xlsx", workbook(["判断题", "文", "=1=1"])).code == "formulas"


def zipped(**members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def test_a_document_that_says_it_is_a_workbook_is_refused():
    assert refused("xlsx", zipped(word__document_dot_xml="<w/>")).code == "not_a_spreadsheet"


def test_names_that_climb_out_of_an_archive_are_never_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused("xlsx", zipped(**{"..__..__evil_dot_xml": "x", "__etc__passwd": "x"})).code == "not_a_spreadsheet"
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_of_spaces_that_unpacks_to_three_hundred_megabytes_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _piece in range(300):
                member.write(b" " * 1024 * 1024)
    assert refused("xlsx", target.getvalue()).code == "inflates_too_far"


def test_headings_are_accepted_in_both_languages_and_any_order():
    chinese = workbook(
        ["先做什么？", "单选题", "听完", "打断", "A"], headings=("题干", "题型", "选项A", "选项B", "答案")
    )
    english = workbook(
        ["A", "single choice", "先做什么？", "听完\n打断"], headings=("Answer", "Kind", "Question", "Options")
    )
    (one,), (other,) = read("xlsx", chinese), read("xlsx", english)
    assert one == other
    assert one[1].content == {"stem": "先做什么？", "options": ["听完", "打断"]}
    assert one[1].key == {"correct": [0]}


@pytest.mark.parametrize(("answer", "expected"), [("AC", [0, 2]), ("a,c", [0, 2]), ("Ａ、Ｃ", [0, 2]), ("C A", [2, 0])])
def test_letters_are_read_as_people_write_them(answer, expected):
    rows = read("xlsx", workbook(["多选题", "文", "甲\n乙\n丙", answer], headings=("题型", "题干", "选项", "答案")))
    assert rows[0][1].key["correct"] == expected


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["单选题", "文", "甲\n乙", "D"], "不存在"),
        (["谜语", "文", "甲", "A"], "谜语"),
        (["", "文", "甲", "A"], "题型"),
    ],
)
def test_a_row_that_means_nothing_says_where_and_why(row, words):
    found = read("xlsx", workbook(["判断题", "文", "", "对"], row, headings=("题型", "题干", "选项", "答案")))
    assert [place for place, _row in found] == ["第 2 行", "第 3 行"]
    assert words in found[1][1]


@pytest.mark.parametrize("format", sorted(formats.WRITERS))
def test_a_question_with_control_characters_is_named_on_export(format):
    rows = formats.example_rows("t")[:1]
    rows[0].content["stem"] = "a\x01b"
    output = Output()
    formats.WRITERS[format](rows, output).close()
    assert [fault.place for fault in output.faults] == ["example-01"]


def test_a_question_longer_than_a_cell_is_named_on_export():
    rows = formats.example_rows("t")[:1]
    rows[0].content["stem"] = "文" * 40_000
    output = Output()
    formats.WRITERS["xlsx"](rows, output).close()
    assert [fault.place for fault in output.faults] == ["example-01"]
