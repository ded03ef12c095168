"""Word and Markdown become lessons; hostile documents make nothing."""

import base64
import contextlib
import io
import stat
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from courses.formats import documents
from courses.models import LessonMedia, LessonPage
from ground.errors import Refused
from ground.models import JournalEntry
from tests import factories
from tests.courses import build
from tests.courses.packages import IMAGE, PNG, TABLE, R, paragraph, word, zipped
from tests.factories import signed_in

pytestmark = pytest.mark.usefixtures("private")
HANDBOOK = (
    paragraph("前言")
    + paragraph("三声之内接听", "1")
    + paragraph("先问好")
    + paragraph("为什么", "2")
    + IMAGE
    + paragraph("客户听得见")
    + paragraph("记录", "1")
    + TABLE
)


def read(content, name="手册.docx"):
    with translation.override("en"):
        return documents.read(name, content)


def test_a_word_document_is_split_at_its_first_headings():
    found = read(word(HANDBOOK))
    assert [(draft.title, draft.body) for draft in found.lessons] == [
        ("手册", [("text", "<p>前言</p>")]),
        (
            "三声之内接听",
            [
                ("text", "<p>先问好</p>"),
                ("text", "<h3>为什么</h3>"),
                ("image", (PNG, "三声之内接听")),
                ("text", "<p>客户听得见</p>"),
            ],
        ),
        ("记录", [("text", "<ul><li>时间：三声</li></ul>")]),
    ]
    assert found.losses == ["1 table becomes a list, a line a row."]


def test_a_document_without_headings_is_one_lesson_of_its_name():
    [lesson] = read(word(paragraph("先问好"))).lessons
    assert (lesson.title, lesson.body) == ("手册", [("text", "<p>先问好</p>")])


def test_an_image_of_another_kind_is_named_as_lost():
    found = read(word(paragraph("先问好") + IMAGE, image=b"GIF89a..."))
    assert found.losses == ["1 image is left out: it is neither PNG, JPEG nor WebP."]
    assert found.lessons[0].images == 0


def test_markdown_becomes_lessons():
    text = (
        "# 一\n\n**先**听 *完*\n\n- 甲\n- 乙\n\n## 节\n\n[站](https://a.cn) [档](x.docx)\n\n<script>alert(1)</script>\n\n"
        f"# 二\n\n![图](data:image/png;base64,{base64.b64encode(PNG).decode()})\n"
    )
    found = read(text.encode(), "手册.md")
    assert [draft.title for draft in found.lessons] == ["一", "二"]
    first, second = found.lessons
    assert first.body == [
        ("text", "<p><b>先</b>听 <i>完</i></p><ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"),
        (
            "text",
            '<h3>节</h3><p><a href="https://a.cn">站</a> 档</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
        ),
    ]
    assert second.body == [("image", (PNG, "图"))]
    assert found.losses == [
        "HTML in the text is kept as it is written, not carried out.",
        "1 link leads to a file and stays as text.",
    ]


def with_link():
    info = zipfile.ZipInfo("word/media/b.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped({"[Content_Types].xml": "<Types/>"}, infos=[(info, "/etc/passwd")]).getvalue()


def relationship(kind, target):
    return f'<Relationship Id="rId7" Type="{R}/{kind}" Target="{target}" TargetMode="External"/>'


HOSTILE = {
    "macros by part": (word(paragraph("a"), more={"word/vbaProject.bin": b"x"}), "macros"),
    "macros by type": (
        word(paragraph("a"), types='<Override PartName="/x" ContentType="application/vnd.ms-word.macroEnabled"/>'),
        "macros",
    ),
    "image from the web": (word(paragraph("a"), rels=relationship("image", "https://a.cn/a.png")), "outside"),
    "image from the disk": (word(paragraph("a"), rels=relationship("image", "file:///etc/passwd")), "outside"),
    "template": (word(paragraph("a"), rels=relationship("attachedTemplate", "http://a.cn/a.dotm")), "outside"),
    "link to a file": (word(paragraph("a"), rels=relationship("hyperlink", "file:///c:/a.docx")), "outside"),
    "bomb": (word(paragraph("a"), more={"word/big.bin": b"\0" * 30_000_000}), "bomb"),
    "too many files": (word(paragraph("a"), more={f"x/{n}": b"" for n in range(2001)}), "too_many"),
    "path": (word(paragraph("a"), more={"../evil.xml": b"<a/>"}), "name"),
    "absolute path": (word(paragraph("a"), more={"/evil.xml": b"<a/>"}), "name"),
    "link": (with_link(), "link"),
    "old or encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "ole"),
    "entities": (word(paragraph("&amp;a;"), doctype='<!DOCTYPE a [<!ENTITY a "b">]>'), "xml"),
    "broken": (word(paragraph("a"))[:-40], "broken"),
    "another zip": (zipped({"a.txt": "a"}).getvalue(), "type"),
    "too large": (b"a" * (20 * 1024 * 1024 + 1), "too_large"),
    "not utf-8": ("第一课".encode("gb18030"), "type"),
    "empty": (b"", "empty"),
    "no text": (b"\n\n", "nothing"),
    "markdown image": (b"![a](https://a.cn/a.png)", "outside"),
    "markdown file": (b"![a](file:///etc/passwd)", "outside"),
    "markdown reference": (b"![a][b]\n\n[b]: /etc/passwd", "outside"),
}


@pytest.mark.parametrize(("content", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_are_refused_with_a_sentence(content, code):
    with pytest.raises(Refused) as refusal:
        read(content)
    assert refusal.value.code == code
    assert str(refusal.value).endswith(".")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    with contextlib.suppress(Refused):
        assert documents.read("a.md", content).lessons


@given(st.text(alphabet="#*_[]()<>!`|-\n ab&\"'中", max_size=200))
def test_any_markdown_holds_only_tags_of_a_text(text):
    try:
        found = documents.read("a.md", text.encode())
    except Refused:
        return
    import nh3

    for draft in found.lessons:
        for kind, value in draft.body:
            assert kind == "text"
            cleaned = nh3.clean(value, tags=documents.TAGS, attributes={"a": {"href"}}, link_rel=None)
            assert "<script" not in cleaned.lower()


# --- through the admin ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_trainer_sees_the_lessons_and_makes_drafts(private, django_capture_on_commit_callbacks):
    course = build.course(lessons=0)
    trainer = factories.with_role("trainer")
    client = signed_in(trainer)
    upload = SimpleUploadedFile("手册.docx", word(HANDBOOK))
    preview = client.post(reverse("import_lessons", args=[course.pk]), {"document": upload})
    assert [lesson["title"] for lesson in preview.context["lessons"]] == ["手册", "三声之内接听", "记录"]
    assert LessonPage.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(reverse("import_lessons_confirm", args=[course.pk]), {"kept": preview.context["kept"]})
    assert done.status_code == 302
    pages = list(LessonPage.objects.child_of(course).order_by("path"))
    assert [(page.title, page.live) for page in pages] == [("手册", False), ("三声之内接听", False), ("记录", False)]
    media = LessonMedia.objects.get()
    assert (private / media.stored).read_bytes() == PNG
    assert [block["type"] for block in pages[1].body.raw_data] == ["text", "text", "image", "text"]
    assert pages[1].body.raw_data[2]["value"] == {"media": media.pk, "caption": "三声之内接听"}
    assert client.get(reverse("courses:author_media", args=[media.sha256])).getvalue() == PNG
    assert client.get(reverse("wagtailadmin_pages:edit", args=[pages[1].pk])).status_code == 200
    assert JournalEntry.objects.filter(verb="lessons.imported", actor_id=trainer.pk).count() == 1
    client.post(reverse("import_lessons_confirm", args=[course.pk]), {"kept": preview.context["kept"]})
    assert LessonPage.objects.count() == 3


@pytest.mark.django_db
def test_a_refusal_makes_nothing_and_says_why(private):
    course = build.course(lessons=0)
    client = signed_in(factories.with_role("trainer"))
    upload = SimpleUploadedFile("a.docx", HOSTILE["macros by part"][0])
    answer = client.post(reverse("import_lessons", args=[course.pk]), {"document": upload})
    assert answer.status_code == 400
    assert str(answer.context["refusal"]) in answer.text
    assert list(private.iterdir()) == []
    assert LessonPage.objects.count() == 0


@pytest.mark.django_db
def test_only_who_may_add_lessons_imports_them():
    course = build.course(lessons=0)
    preview = reverse("import_lessons", args=[course.pk])
    assert signed_in(factories.with_role("trainer")).get(preview).status_code == 200
    explorer = signed_in(factories.with_role("trainer")).get(reverse("wagtailadmin_explore", args=[course.pk]))
    assert preview in explorer.text
    assert signed_in(factories.with_role("manager")).get(preview).status_code != 200
    assert signed_in(factories.person()).get(preview).status_code != 200


@pytest.mark.django_db
def test_a_forged_confirmation_makes_nothing():
    course = build.course(lessons=0)
    client = signed_in(factories.with_role("trainer"))
    client.post(reverse("import_lessons_confirm", args=[course.pk]), {"kept": "forged"})
    assert LessonPage.objects.count() == 0


def test_a_zip_bomb_within_a_member_is_bounded():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b" " * 40_000_000)
    with pytest.raises(Refused) as refusal:
        read(buffer.getvalue())
    assert refusal.value.code == "bomb"
