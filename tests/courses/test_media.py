"""Files of lessons: known by their bytes, described in words, sent to whoever may see the lesson."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from courses import services
from courses.blocks.media import seconds_of
from courses.formats import media as formats
from courses.models import LessonMedia, LessonPage, Reflection
from ground import private_files
from ground.errors import Refused
from tests import factories
from tests.courses import build
from tests.courses.packages import MP3, MP4, PDF, PNG, WEBM, paragraph, word, zipped
from tests.factories import signed_in

pytestmark = pytest.mark.usefixtures("private")
CAPTIONS = "1\n00:00:01,000 --> 00:00:02,500\n<b>您好</b>\n\n2\n0:03.000 --> 0:04.0\n请讲\n"


def kept(content, now, name="文件", **more):
    return services.add_media(file=io.BytesIO(content), name=name, by=None, now=now, **more)


KNOWN = {
    "png": (PNG, "image", "image/png"),
    "mp4": (MP4, "video", "video/mp4"),
    "webm": (WEBM, "video", "video/webm"),
    "mp3": (MP3, "audio", "audio/mpeg"),
    "m4a": (b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 40, "audio", "audio/mp4"),
    "ogg": (b"OggS" + b"\x00" * 40, "audio", "audio/ogg"),
    "wav": (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio", "audio/wav"),
    "pdf": (PDF, "document", "application/pdf"),
    "docx": (word(paragraph("前言")), "document", formats.TYPES["docx"].content_type),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_what_its_bytes_say(name, now, private):
    content, kind, content_type = KNOWN[name]
    media = kept(content, now)
    assert (media.kind, media.content_type, media.size) == (kind, content_type, len(content))
    assert (private / media.stored).read_bytes() == content


HOSTILE = {
    "empty": b"",
    "a page": b"<html><script>alert(1)</script>",
    "a program": b"MZ\x90\x00" + b"\x00" * 100,
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "quicktime": b"\x00\x00\x00\x14ftypqt  " + b"\x00" * 40,
    "another matroska": b"\x1aE\xdf\xa3\x9fB\x82\x88matroska" + b"\x00" * 40,
    "a broken picture": b"\x89PNG\r\n\x1a\n" + b"x" * 50,
    "a zip": zipped({"a.txt": "x"}).getvalue(),
    "macros": zipped(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", "word/vbaProject.bin": "x"}
    ).getvalue(),
    "a zip that points elsewhere": zipped(
        {"[Content_Types].xml": "", "word/a": "", "../../etc/passwd": "x"}
    ).getvalue(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_what_lessons_do_not_take_is_refused_with_a_sentence(name, now, private):
    with pytest.raises(Refused) as refusal:
        kept(HOSTILE[name], now, name="培训片.mp4")
    assert str(refusal.value).endswith(("。", "."))
    assert LessonMedia.objects.count() == 0
    assert list(private.iterdir()) == []


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_refused_by_its_kind(now, monkeypatch, private):
    monkeypatch.setitem(formats.LARGEST, "video", 50)
    with pytest.raises(Refused) as refusal:
        kept(MP4, now)
    assert refusal.value.code == "too_large"
    assert list(private.iterdir()) == []


@pytest.mark.django_db
def test_a_picture_of_too_many_pixels_is_refused(now):
    buffer = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(buffer, "PNG")
    with pytest.raises(Refused):
        kept(buffer.getvalue(), now)


@pytest.mark.django_db
def test_the_same_file_is_kept_once(now):
    assert kept(PNG, now, name="a") == kept(PNG, now, name="b")


def test_captions_become_webvtt_without_formatting():
    assert formats.captions(CAPTIONS) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n您好\n\n00:00:03.000 --> 00:00:04.000\n请讲\n"
    )
    assert formats.captions(" \n") == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("你好", ""),
        ("00:01.000 --> 第三秒\n您好", "1"),
        ("WEBVTT\n\n00:05.000 --> 00:04.000\n您好", "3"),
        ("00:05.000 --> 00:06.000\n一\n\n00:01.000 --> 00:02.000\n二", "4"),
    ],
)
def test_captions_that_cannot_be_read_are_refused_by_line(text, line):
    with translation.override("en"), pytest.raises(Refused) as refusal:
        formats.captions(text)
    assert str(refusal.value).startswith(f"Line {line}:" if line else "These are no captions")


@given(
    st.lists(
        st.tuples(
            st.integers(1, 900_000),
            st.integers(1, 9_000),
            st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="<>&-"), min_size=1, max_size=20),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_captions_read_again_are_the_same(cues):
    begins = 0
    lines = ["WEBVTT", ""]
    for pause, length, words in cues:
        begins += pause
        ends = begins + length
        stamps = [
            f"{t // 3_600_000:02}:{t // 60_000 % 60:02}:{t // 1000 % 60:02}.{t % 1000:03}" for t in (begins, ends)
        ]
        lines += [" --> ".join(stamps), words, ""]
    once = formats.captions("\n".join(lines))
    assert formats.captions(once) == once
    assert once.count("-->") == len(cues)


@given(st.integers(0, 99 * 3600 + 3599))
def test_a_mark_says_its_seconds(seconds):
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    assert seconds_of(text) == seconds
    assert seconds_of(f"{text}x") is None


@pytest.mark.django_db
def test_a_file_goes_to_the_readers_of_a_lesson_that_shows_it_and_to_nobody_else(now):
    media, other = kept(PNG, now), kept(MP3, now)
    course = build.course(lessons=1, body=[("image", {"media": media, "caption": ""})])
    lesson = build.lessons(course)[0]
    reader, author = signed_in(factories.person()), signed_in(factories.with_role("trainer"))
    shown = reverse("courses:media", args=[lesson.pk, media.sha256])
    assert reader.get(shown).getvalue() == PNG
    assert shown in reader.get(lesson.get_url()).text
    assert reader.get(reverse("courses:media", args=[lesson.pk, other.sha256])).status_code == 404
    assert reader.get(reverse("courses:author_media", args=[media.sha256])).status_code == 403
    assert author.get(reverse("courses:author_media", args=[other.sha256])).getvalue() == MP3
    course.unpublish()
    assert reader.get(shown).status_code == 404


@pytest.mark.django_db
def test_a_player_gets_the_part_it_asks_for_and_never_all_at_once(now, monkeypatch):
    monkeypatch.setattr(private_files, "LARGEST_PART", 8)
    film = kept(MP4, now, captions=CAPTIONS)
    lesson = build.lessons(build.course(lessons=1, body=[("video", {"media": film, "caption": ""})]))[0]
    client, address = signed_in(factories.person()), reverse("courses:media", args=[lesson.pk, film.sha256])
    part = client.get(address, headers={"Range": "bytes=4-"})
    assert (part.status_code, part.content) == (206, MP4[4:12])
    assert part["Content-Range"] == f"bytes 4-11/{len(MP4)}"
    assert client.get(address, headers={"Range": "bytes=9-4"}).status_code == 200
    captions = client.get(reverse("courses:captions", args=[lesson.pk, film.sha256]))
    assert (captions.text, captions["Content-Type"]) == (film.captions, "text/vtt; charset=utf-8")


@pytest.mark.django_db
def test_a_document_is_downloaded_under_its_title(now):
    document = kept(PDF, now, name="投诉处理单")
    lesson = build.lessons(build.course(lessons=1, body=[("document", {"media": document, "caption": "空表"})]))[0]
    answer = signed_in(factories.person()).get(reverse("courses:media", args=[lesson.pk, document.sha256]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_an_author_uploads_and_chooses_in_the_editor(now):
    author = signed_in(factories.with_role("trainer"))
    film = SimpleUploadedFile("迎送三步.mp4", MP4)
    answer = author.post(
        reverse("lesson_video_chooser:create"),
        {"file": film, "captions": "", "caption_file": SimpleUploadedFile("a.srt", CAPTIONS.encode("gb18030"))},
    )
    media = LessonMedia.objects.get()
    assert answer.json()["result"]["id"] == str(media.pk)
    assert (media.title, media.kind) == ("迎送三步.mp4", "video")
    assert "您好" in media.captions
    for name, content in (("a.mp3", b"<html>"), ("b.mp3", MP4 + b"another film")):
        wrong = author.post(reverse("lesson_audio_chooser:create"), {"file": SimpleUploadedFile(name, content)})
        assert wrong.json()["step"] == "reshow_creation_form"
    assert LessonMedia.objects.count() == 1
    assert media.title in author.get(reverse("lesson_video_chooser:choose")).json()["html"]
    assert media.title not in author.get(reverse("lesson_audio_chooser:choose")).json()["html"]
    for page in ("index", "add"):
        assert author.get(reverse(f"lesson_media:{page}")).status_code == 200
    edited = author.post(
        reverse("lesson_media:edit", args=[media.pk]),
        {"title": "迎送", "alternative": "", "captions": "没有时间", "transcript": "您好。"},
    )
    assert edited.status_code == 200
    assert LessonMedia.objects.get().title == "迎送三步.mp4"
    author.post(
        reverse("lesson_media:edit", args=[media.pk]),
        {"title": "迎送", "alternative": "", "captions": "", "transcript": "您好。"},
    )
    assert (LessonMedia.objects.get().title, LessonMedia.objects.get().transcript) == ("迎送", "您好。")


@pytest.mark.django_db
def test_a_file_that_a_lesson_shows_is_not_deleted(now, private, django_capture_on_commit_callbacks):
    media = kept(PNG, now)
    build.course(lessons=1, body=[("image", {"media": media, "caption": ""})])
    trainer = factories.with_role("trainer")
    with pytest.raises(Refused):
        services.delete_media(media=media, by=trainer, now=now)
    LessonPage.objects.get().delete()
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(trainer).post(reverse("lesson_media:delete", args=[media.pk]))
    assert LessonMedia.objects.count() == 0
    assert not (private / media.stored).exists()


REFLECTION = ("reflection", {"question": "上周哪一通电话可以更好？", "example": "开头"})


@pytest.mark.django_db
def test_a_reflection_is_kept_for_its_writer_alone(now):
    lesson = build.lessons(build.course(lessons=1, body=[REFLECTION]))[0]
    writer, other = factories.person(), factories.person()
    address = reverse("courses:reflection", args=[lesson.pk, lesson.body[0].id])
    signed_in(writer).post(address, {"text": "周三那通，我抢话了。"})
    assert "周三那通" in signed_in(writer).get(lesson.get_url()).text
    assert "周三那通" not in signed_in(other).get(lesson.get_url()).text
    signed_in(writer).post(address, {"text": "字" * 5_001})
    assert Reflection.objects.get().text == "周三那通，我抢话了。"
    signed_in(writer).post(address, {"text": " "})
    assert Reflection.objects.count() == 0
    with pytest.raises(Refused):
        services.write_reflection(user=writer, lesson=lesson, block="nowhere", text="我", now=now)


@pytest.mark.django_db
def test_every_block_reads_as_it_was_written(now):
    body = [
        ("audio", {"media": kept(MP3, now, transcript="您好，请讲。"), "caption": "问候的语气"}),
        (
            "recording",
            {
                "title": "一通投诉电话",
                "media": LessonMedia.objects.get(),
                "marks": [{"at": "1:05", "kind": "bad", "text": "客户没说完就打断。"}],
            },
        ),
        (
            "table",
            {
                "caption": "服务时限",
                "columns": [{"type": "text", "heading": "业务"}, {"type": "number", "heading": "天"}],
                "rows": [{"values": ["投诉", 5]}],
            },
        ),
        ("say_aloud", {"situation": "断网两天", "task": "先安抚", "hints": ["先回应情绪"], "sample": "一定很耽误您。"}),
        REFLECTION,
    ]
    course = build.course(lessons=0)
    lesson = course.add_child(instance=LessonPage(title="听一通电话", slug="listen"))
    lesson.body = lesson.body.stream_block.to_python([{"type": kind, "value": _raw(value)} for kind, value in body])
    lesson.save_revision().publish()
    page = signed_in(factories.person()).get(lesson.get_url()).text
    for words in (
        "问候的语气",
        "您好，请讲。",
        'data-at="65"',
        "客户没说完就打断。",
        "服务时限",
        "先安抚",
        "一定很耽误您。",
    ):
        assert words in page
    assert "您好，请讲" in lesson.body_words or "客户没说完就打断" in lesson.body_words


def _raw(value):
    if isinstance(value, dict):
        return {key: item.pk if isinstance(item, LessonMedia) else _raw(item) for key, item in value.items()}
    return value


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_refused_before_it_is_read(settings):
    settings.LARGEST_BODY = 1024
    author = signed_in(factories.with_role("trainer"))
    film = SimpleUploadedFile("a.mp4", MP4 + b"x" * 2048)
    answer = author.post(reverse("lesson_media:add"), {"file": film})
    assert (answer.status_code, LessonMedia.objects.count()) == (413, 0)
    assert "太大" in answer.text
