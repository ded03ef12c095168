"""SCORM packages: checked, unpacked, served in a sandbox; what they report is lesson progress and nothing else."""

import json
import re
import stat
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from courses import services
from courses.models import Completion, LessonProgress, ScormPackage
from courses.views import packages as views
from ground.errors import Refused
from ground.models import JournalEntry
from tests import factories
from tests.courses import build
from tests.courses.packages import manifest, package, zipped
from tests.factories import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private")]


def added(now, content=None):
    return services.add_package(name="课件.zip", content=content or package(), by=None, now=now)


def lesson_with(row):
    lesson = build.lessons(build.course(lessons=1))[0]
    lesson.package = row
    lesson.save_revision().publish()
    return lesson


def learning(now, row=None):
    lesson = lesson_with(row or added(now))
    person = factories.person()
    enrolment = services.enrol(user=person, course=lesson.get_parent().specific, now=now)
    return lesson, person, enrolment


def keep(enrolment, lesson, state, step, now):
    return services.keep_package_state(enrolment=enrolment, lesson=lesson, state=state, step=step, now=now)


# --- what is taken and what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", ["1.2", "2004"])
def test_a_package_is_unpacked_once_and_known_by_its_content(private, now, standard):
    row = added(now, package(standard))
    assert (row.title, row.standard, row.start) == ("三声服务", standard, "index.html")
    assert sorted(row.files) == ["imsmanifest.xml", "index.html", "inner.html", "play.js"]
    assert (private / row.root / "index.html").stat().st_size == row.files["index.html"]
    assert JournalEntry.objects.filter(verb="package.added").count() == 1


def test_the_same_package_again_is_the_one_that_is_kept(now):
    content = package()
    assert added(now, content) == added(now, content)
    assert ScormPackage.objects.count() == 1


def test_each_learning_object_is_a_package_of_its_own_with_the_same_files(
    private, now, django_capture_on_commit_callbacks
):
    content = package(items=3)
    first = added(now, content)
    rows = list(ScormPackage.objects.order_by("pk"))
    assert [(row.title, row.start) for row in rows] == [
        ("三声服务 · 第 1 节", "index.html"),
        ("三声服务 · 第 2 节", "index.html?part=1"),
        ("三声服务 · 第 3 节", "index.html?part=2"),
    ]
    assert {row.root for row in rows} == {first.root}
    assert added(now, content) == first
    trainer = factories.with_role("trainer")
    for row, kept in zip(rows, (True, True, False), strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            services.delete_package(package=row, by=trainer, now=now)
        assert (private / first.root / "index.html").exists() is kept


@pytest.mark.parametrize("standard", ["1.2", "2004"])
def test_the_standard_is_read_from_the_namespace_where_no_version_is_given(now, standard):
    assert added(now, package(standard, version="")).standard == standard


def with_member(name, content="x", mode=None):
    info = zipfile.ZipInfo("x")
    info.filename = name
    if mode:
        info.external_attr = mode << 16
    return zipped({"imsmanifest.xml": manifest(), "index.html": "a"}, infos=[(info, content)])


HOSTILE = {
    "slip": (lambda: with_member("../evil.html"), "name"),
    "slip inside": (lambda: with_member("a/../../evil.html"), "name"),
    "absolute": (lambda: with_member("/etc/evil"), "name"),
    "backslash": (lambda: with_member("..\\evil.html"), "name"),
    "drive": (lambda: with_member("c:/evil.html"), "name"),
    "symlink": (lambda: with_member("a", "/etc/passwd", stat.S_IFLNK | 0o777), "link"),
    "device": (lambda: with_member("a", "", stat.S_IFCHR | 0o777), "link"),
    "bomb": (lambda: zipped({"imsmanifest.xml": manifest(), "a": b"\0" * 30_000_000}), "bomb"),
    "too many": (lambda: zipped({f"{n}": "" for n in range(5001)}), "too_many"),
    "twice": (lambda: with_member("INDEX.html"), "twice"),
    "no zip": (lambda: zipped({}).__class__(b"hello"), "broken"),
    "no manifest": (lambda: zipped({"index.html": "a"}), "no_manifest"),
    "nested": (lambda: zipped({"course/imsmanifest.xml": manifest(), "course/index.html": "a"}), "nested"),
    "entities": (lambda: package(doctype='<!DOCTYPE manifest [<!ENTITY a "b">]>'), "xml"),
    "broken manifest": (lambda: zipped({"imsmanifest.xml": "<manifest"}), "xml"),
    "another manifest": (lambda: zipped({"imsmanifest.xml": "<html/>"}), "manifest"),
    "no sco": (lambda: package(kind="asset"), "no_sco"),
    "no item": (lambda: package(items=0), "no_sco"),
    "several": (lambda: package(items=61), "several"),
    "start elsewhere": (lambda: package(href="https://a.cn/index.html"), "no_sco"),
    "start outside": (lambda: package(href="/etc/passwd"), "no_sco"),
    "start missing": (lambda: package(href="missing.html"), "no_start"),
    "another standard": (lambda: package(version="1.1"), "standard"),
}


@pytest.mark.parametrize(("content", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_packages_are_refused_and_nothing_is_written(private, now, content, code):
    with pytest.raises(Refused) as refusal:
        added(now, content())
    assert refusal.value.code == code
    assert list(private.iterdir()) == []
    assert not ScormPackage.objects.exists()


def test_a_stream_that_breaks_off_writes_nothing(private, now):
    content = package().getvalue()
    place = content.index(b"play.js") + 30
    broken = zipped({}).__class__(content[:place] + b"\xff" * 20 + content[place + 20 :])
    with pytest.raises(Refused):
        added(now, broken)
    assert list(private.iterdir()) == []


# --- in the admin -----------------------------------------------------------------------------------------------------


def test_a_trainer_uploads_a_package_and_a_refusal_is_an_error_of_the_form():
    client = signed_in(factories.with_role("trainer"))
    url = reverse("scorm_packages:add")
    answer = client.post(url, {"file": SimpleUploadedFile("a.zip", b"hello")})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert client.post(url, {"file": SimpleUploadedFile("a.zip", package().getvalue())}).status_code == 302
    assert ScormPackage.objects.get().title == "三声服务"
    assert "三声服务" in client.get(reverse("scorm_packages:index")).text
    assert client.get(reverse("scorm_package_chooser:choose")).status_code == 200
    assert signed_in(factories.with_role("manager")).get(url).status_code != 200


def test_a_package_that_a_lesson_uses_is_not_deleted(private, now, django_capture_on_commit_callbacks):
    row = added(now)
    lesson = lesson_with(row)
    client = signed_in(factories.with_role("administrator"))
    url = reverse("scorm_packages:delete", args=[row.pk])
    client.post(url)
    assert ScormPackage.objects.filter(pk=row.pk).exists()
    lesson.package = None
    lesson.save_revision().publish()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url)
    assert not ScormPackage.objects.filter(pk=row.pk).exists()
    assert not (private / row.root / "index.html").exists()


def test_a_package_that_only_a_draft_uses_is_not_deleted(now):
    row = added(now)
    lesson = build.lessons(build.course(lessons=1))[0]
    lesson.package = row
    lesson.save_revision()
    with pytest.raises(Refused) as refusal:
        services.delete_package(package=row, by=None, now=now)
    assert refusal.value.code == "in_use"


# --- how it is served -------------------------------------------------------------------------------------------------


def frame(client, lesson):
    return client.get(lesson.url).context["player"]["url"]


def test_files_are_served_in_a_sandbox_to_whoever_holds_the_address(now):
    lesson, person, _enrolment = learning(now)
    page = signed_in(person).get(lesson.url)
    assert 'sandbox="allow-scripts allow-forms"' in page.text
    url = page.context["player"]["url"]
    answer = Client().get(url)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms;")
    assert "allow-same-origin" not in policy
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.text.index(views.API) < answer.text.index("<meta")
    script = Client().get(url.replace("index.html", "play.js"))
    assert script.headers["Content-Type"] == "text/javascript"
    assert Client().get(url.replace("index.html", "missing.html")).status_code == 404
    assert Client().get(url.replace("index.html", "../../evil")).status_code == 404


def test_a_forged_a_foreign_and_an_expired_address_lead_nowhere(now):
    lesson, person, enrolment = learning(now)
    url = frame(signed_in(person), lesson)
    assert Client().get(url.replace("/package/", "/package/x")).status_code == 404
    names = {
        "user": factories.person().pk,
        "enrolment": enrolment.pk,
        "lesson": lesson.pk,
        "package": lesson.package_id,
    }
    foreign = signing.dumps(names, salt=views.SALT).replace(":", "~")
    assert Client().get(reverse("courses:package_file", args=[foreign, "index.html"])).status_code == 404
    other = signing.dumps(names, salt="another").replace(":", "~")
    assert Client().get(reverse("courses:package_file", args=[other, "index.html"])).status_code == 404
    with time_machine.travel(now + timedelta(days=400)):
        assert Client().get(url).status_code == 404


def test_a_person_who_has_left_reads_nothing_more(now):
    lesson, person, _enrolment = learning(now)
    url = frame(signed_in(person), lesson)
    person.is_active = False
    person.save()
    assert Client().get(url).status_code == 404


def test_a_film_is_sent_in_parts(now):
    content = zipped({"imsmanifest.xml": manifest(), "index.html": "a", "film.mp4": "0123456789"})
    lesson, person, _enrolment = learning(now, added(now, content))
    url = frame(signed_in(person), lesson).replace("index.html", "film.mp4")
    part = Client().get(url, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html><head><title>a", b"<html><head>*<title>a"),
        (b"<!-- <head> --><HTML lang=a><HEAD class=b>c", b"<!-- <head> --><HTML lang=a><HEAD class=b>*c"),
        (b"<!DOCTYPE html><html><body>", b"<!DOCTYPE html><html>*<body>"),
        (b"<!DOCTYPE html><p>", b"<!DOCTYPE html>*<p>"),
        (b"\xef\xbb\xbf<p>", b"\xef\xbb\xbf*<p>"),
        (b"<header>a", b"*<header>a"),
        ("<head>中".encode("utf-16"), b"\xef\xbb\xbf<head>*" + "中".encode()),
    ],
)
def test_our_script_comes_first(page, expected):
    assert views.with_script(page, "/a").replace(b'<script src="/a"></script>', b"*") == expected


def test_the_script_brings_back_what_was_kept(now):
    lesson, person, enrolment = learning(now)
    keep(enrolment, lesson, {"suspend_data": "第 3 页</script>", "status": "incomplete"}, 1, now)
    url = frame(signed_in(person), lesson).replace("index.html", views.API)
    answer = Client().get(url)
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    start = json.loads(answer.text.split("var start = ")[1].split(";\n")[0])
    assert start["state"] == {"suspend_data": "第 3 页</script>", "status": "incomplete"}
    assert start["resumes"] is True


# --- what it reports --------------------------------------------------------------------------------------------------


def test_completion_completes_the_lesson_and_is_no_mark(now):
    lesson, _person, enrolment = learning(now)
    row = keep(enrolment, lesson, {"status": "incomplete"}, 1, now)
    assert row.completed_at is None
    row = keep(enrolment, lesson, {"status": "passed", "score": "95"}, 2, now)
    assert row.completed_at == now
    assert Completion.objects.filter(enrolment=enrolment).count() == 1
    row = keep(enrolment, lesson, {"status": "incomplete", "location": "1"}, 3, now)
    assert (row.package["status"], row.package["location"]) == ("passed", "1")


def test_success_of_scorm_2004_counts_as_passed(now):
    lesson, _person, enrolment = learning(now)
    row = keep(enrolment, lesson, {"status": "unknown", "success": "passed"}, 1, now)
    assert (row.package["status"], row.completed_at) == ("passed", now)


def test_older_reports_change_nothing(now):
    lesson, _person, enrolment = learning(now)
    keep(enrolment, lesson, {"location": "5"}, 5, now)
    for step in (5, 4):
        assert keep(enrolment, lesson, {"location": "4", "status": "passed"}, step, now).package["location"] == "5"
    assert LessonProgress.objects.get().completed_at is None


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ({"suspend_data": "x" * 65537}, 1),
        ({"suspend_data": "中" * 30000}, 1),
        ({"status": "done"}, 1),
        ({"location": ["a"]}, 1),
        ({"location": "\0"}, 1),
        ([], 1),
        (None, 1),
        ({}, 0),
        ({}, "1"),
        ({}, True),
        ({}, 2**60),
    ],
)
def test_a_report_out_of_bounds_is_refused_and_changes_nothing(now, state, step):
    lesson, _person, enrolment = learning(now)
    with pytest.raises(Refused):
        keep(enrolment, lesson, state, step, now)
    assert not LessonProgress.objects.filter(enrolment=enrolment).exclude(package={}).exists()


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=8), st.integers(), st.none()), max_size=4))
def test_unknown_words_are_never_kept(state):
    from courses.services.packages import KEPT, _checked

    try:
        kept = _checked(state)
    except Refused:
        return
    assert set(kept) <= set(KEPT)


def test_a_report_reaches_only_ones_own_round(now):
    lesson, person, enrolment = learning(now)
    url = reverse("courses:package_state", args=[lesson.pk])
    report = {"enrolment": enrolment.pk, "state": json.dumps({"location": "2"}), "step": "1"}
    assert signed_in(factories.person()).post(url, report).status_code == 404
    assert not LessonProgress.objects.exclude(package={}).exists()
    answer = signed_in(person).post(url, report)
    assert answer.json() == {"step": 1, "completed": False, "done": False}
    assert signed_in(person).post(url, {**report, "state": "{"}).status_code == 400


def test_a_report_needs_the_token_of_the_page(now):
    lesson, person, enrolment = learning(now)
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    url = reverse("courses:package_state", args=[lesson.pk])
    assert client.post(url, {"enrolment": enrolment.pk, "state": "{}", "step": "1"}).status_code == 403


def test_a_preview_plays_and_keeps_nothing(now):
    lesson = lesson_with(added(now))
    author = signed_in(factories.with_role("trainer"))
    page = author.get(reverse("wagtailadmin_pages:view_draft", args=[lesson.pk]))
    url = re.search(r'<iframe src="([^"]+)"', page.text)[1]
    assert reverse("courses:package_state", args=[lesson.pk]) not in page.text
    assert Client().get(url).status_code == 200
    assert not LessonProgress.objects.exists()
