"""Files that other systems wrote are taken for what they say."""

import io

import pytest

from exams import formats


def rows(format, text):
    return [row for _place, row in formats.READERS[format](io.BytesIO(text.encode()))]


GIFT = r"""
// question: 1  name: grants
$CATEGORY: $course$/top/complaint

::grant::Who is buried\: in Grant's tomb?{=no one#right =nobody}

Who's buried in Grant's \{tomb\}? {
~%50%Grant
~%50%his wife#yes
~%-50%Cher
####Both are.
}

::range::[plain]1 < x {#1.5..2.5}

::pair::Match. {=cat -> meows =dog -> barks =puppy -> barks}

Two plus {=two ~three} is four.

::essay::Write. {}

::just text::Read this.
"""


def test_gift_of_another_system():
    grant, tomb, span, pair, gap, essay, text = rows("gift", GIFT)
    assert (grant.code, grant.kind, grant.topics) == ("grant", "short_text", ("complaint",))
    assert grant.content == {"stem": "Who is buried: in Grant's tomb?"}
    assert (grant.key, grant.explanation) == ({"accepted": ["no one", "nobody"]}, "no one: right")
    assert tomb.content == {"stem": "Who's buried in Grant's {tomb}?", "options": ["Grant", "his wife", "Cher"]}
    assert (tomb.kind, tomb.key) == ("multiple", {"correct": [0, 1], "scoring": "minus"})
    assert (tomb.code, tomb.explanation) == ("", "Both are.\nhis wife: yes")
    assert (span.content["stem"], span.key) == ("1 &lt; x", {"value": "2.0", "tolerance": "0.5"})
    assert pair.content == {"stem": "Match.", "prompts": ["cat", "dog", "puppy"], "options": ["meows", "barks"]}
    assert pair.key["pairs"] == [0, 1, 1]
    assert (gap.content["stem"], gap.key) == ("Two plus  _____ is four.", {"correct": [0]})
    assert (essay.kind, text.kind) == ("essay", "case")


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
 <question type="category"><category><text>$course$/top/complaint</text></category></question>
 <question type="multichoice"><name><text>m1</text></name>
  <questiontext format="html"><text><![CDATA[<p>先做什么？</p>]]></text></questiontext>
  <defaultgrade>2.0000000</defaultgrade><single>true</single>
  <answer fraction="100" format="html"><text><![CDATA[<p>听完</p>]]></text><feedback><text>对</text></feedback></answer>
  <answer fraction="0" format="html"><text>打断</text></answer></question>
 <question type="multichoice"><name><text>m2</text></name><questiontext format="plain_text"><text>1 &lt; 2</text></questiontext>
  <single>false</single>
  <answer fraction="50"><text>甲</text></answer><answer fraction="50"><text>乙</text></answer>
  <answer fraction="0"><text>丙</text></answer></question>
 <question type="numerical"><name><text>m3</text></name><questiontext><text>几小时？</text></questiontext>
  <answer fraction="100"><text>72</text><tolerance>1</tolerance></answer>
  <units><unit><multiplier>1</multiplier><unit_name>小时</unit_name></unit></units></question>
 <question type="ordering"><name><text>m4</text></name><questiontext><text>排序</text></questiontext>
  <answer fraction="1"><text>一</text></answer><answer fraction="2"><text>二</text></answer></question>
 <question type="cloze"><name><text>m5</text></name>
  <questiontext><text>在{1:MULTICHOICE:=24 小时~%0%72 小时#不对}内{2:SA:=书面~%100%短信~邮件}答复。</text></questiontext></question>
</quiz>"""


def test_moodle_xml_of_another_system():
    single, multiple, number, order, cloze = rows("moodle-xml", MOODLE)
    assert (single.code, single.points, single.topics) == ("m1", 2, ("complaint",))
    assert single.content == {"stem": "<p>先做什么？</p>", "options": ["<p>听完</p>", "打断"]}
    assert (single.key, single.explanation) == ({"correct": [0]}, "听完: 对")
    assert multiple.content["stem"] == "1 &lt; 2"
    assert multiple.key == {"correct": [0, 1], "scoring": "all"}
    assert (number.content["unit"], number.key) == ("小时", {"value": "72", "tolerance": "1"})
    assert (order.content["options"], order.key["sequence"]) == (["一", "二"], [0, 1])
    assert cloze.content == {"stem": "在[[1]]内[[2]]答复。", "gaps": [{"options": ["24 小时", "72 小时"]}, {}]}
    assert cloze.key["gaps"] == [{"correct": 0}, {"accepted": ["书面", "短信"]}]


@pytest.mark.parametrize("half", ["0.5", "x", "nan"])
def test_points_that_are_no_whole_number_are_a_fault(half):
    text = f'<quiz><question type="description"><defaultgrade>{half}</defaultgrade></question><question type="essay"><defaultgrade>{half}</defaultgrade></question></quiz>'
    case, essay = rows("moodle-xml", text)
    assert case.points == 2
    assert half in essay
