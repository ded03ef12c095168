"""Made-up rows for the styleguide; development only."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from academy.icons import ICONS
from ground.tables import Column, Filter, Table

_PEOPLE = ["林晓雨", "李明", "欧阳静", "王建国", "赵敏", "陈思远", "周敏", "吴桐"]


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="姓名", help_text="与身份证一致")
    note = forms.CharField(label="备注", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    unit = forms.ChoiceField(label="班组", choices=[("1", "热线一班"), ("2", "热线二班")])
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label="方式", choices=[("a", "面授"), ("b", "自学")], widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(
        label="知识点",
        choices=[("a", "投诉处理"), ("b", "资费政策")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label="我已阅读", help_text="提交后不能修改")
    file = forms.FileField(label="文件", required=False)


class SampleTable(Table):
    """Rows in a list, three of them to a page."""

    name = "sample"
    title = "员工"
    page_size = 3
    default_order = "name"
    empty_title = "还没有员工"
    empty_text = "从员工名册导入后，这里会列出每个人。"
    columns = [
        Column("name", "姓名", order=("name",), value=lambda row: row["name"], url=lambda row: "#"),
        Column("state", "状态", value=lambda row: row["state"], badge=lambda row: row["kind"]),
        Column("due", "期限", order=("due",), value=lambda row: row["due"]),
        Column("score", "得分", order=("score",), value=lambda row: row["score"], numeric=True),
    ]
    filters = [
        Filter(
            "state",
            "状态",
            choices=lambda request: [("有效", "有效"), ("逾期", "逾期")],
            apply=lambda rows, value: [row for row in rows if row["state"] == value],
        )
    ]
    search = staticmethod(lambda rows, words: [row for row in rows if words in row["name"]])


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows."""
    states = [("有效", "ok"), ("还有 4 天", "due"), ("逾期", "late"), ("未开始", "plain")]
    rows = [
        {"name": name, "state": states[place % 4][0], "kind": states[place % 4][1], "score": 70.5 + place * 3}
        | {"due": date(2026, 11, 20) + timedelta(days=place)}
        for place, name in enumerate(_PEOPLE)
    ]
    weeks = [38.0, 39.4, 39.1, 41.2, 42.8, 43.5, 44.9, 46.2]
    return {
        "icons": sorted(ICONS),
        "form": SampleForm(),
        "bound": SampleForm({"name": "", "kind": "a"}),
        "table": SampleTable(request, rows),
        "empty_table": SampleTable(request, []),
        "line": [(date(2026, 9, 28) + timedelta(weeks=place), value) for place, value in enumerate(weeks)],
        "bars": [("投诉处理流程", 62), ("资费政策", 78.5), ("来电接听礼仪", 94)],
        "tabs": [
            {"url": "#", "label": "我的学习", "current": True},
            {"url": "#a", "label": "培训", "count": 3},
            {"url": "#b", "label": "考务", "count": 0},
        ],
        "numbers": range(1, 21),
    }
