"""Ten courses with their lessons, files and a package, and the path of new hires."""

import io
import tomllib
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from wagtail.models import Page, Site

from academy.demo import sounds
from academy.demo.organisation import Organisation
from academy.models import HomePage
from courses import services as courses
from courses.blocks.reading import TABLE
from courses.models import CourseIndexPage, CoursePage, LearningPath, LessonPage, PathStep, ScormPackage
from topics.models import Strand, Topic

CONTENT = Path(__file__).parent / "content"
ONBOARDING = [("greetings-and-phone", 7), ("hotline-business-basics", 14), ("complaint-handling", 30)]


def toml(path: Path) -> dict[str, Any]:
    """A file of the content."""
    with path.open("rb") as handle:
        return tomllib.load(handle)


def build(topics: dict[str, Topic], organisation: Organisation, *, now: datetime) -> dict[str, CoursePage]:
    """The site with its published courses by code, and the path of new hires."""
    made: dict[str, CoursePage] = {}
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="云桥学堂", slug="academy"))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home, "site_name": "云桥学堂"}
    )
    Page.objects.filter(depth=2).exclude(pk=home.pk).first().delete()
    catalogue = home.add_child(instance=CourseIndexPage(title="课程", slug="courses"))
    for path in sorted((CONTENT / "courses").glob("*.toml")):
        data = toml(path)
        course = catalogue.add_child(
            instance=CoursePage(
                title=data["title"],
                slug=data["code"],
                code=data["code"],
                summary=data["summary"],
                strand=Strand.objects.get(code=data["strand"]),
                level=organisation.levels[data["level"]],
                minutes=data["minutes"],
                valid_months=data.get("valid_months"),
                first_published_at=now,
                last_published_at=now,
            )
        )
        course.topics.set([topics[code] for code in data["topics"]])
        course.prerequisites.set([made[code] for code in data.get("prerequisites", ())])
        course.save()
        for lesson in data["lesson"]:
            page = course.add_child(
                instance=LessonPage(
                    title=lesson["title"],
                    slug=lesson["slug"],
                    minutes=lesson["minutes"],
                    body=[_block(block, now) for block in lesson["block"]],
                    package=_package(lesson["package"], now) if "package" in lesson else None,
                    must_minutes=lesson.get("must_minutes", 0),
                    must_pass_checks=lesson.get("must_pass_checks", False),
                    first_published_at=now,
                    last_published_at=now,
                )
            )
            page.topics.set([topics[code] for code in lesson["topics"]])
            page.save()
        courses.freeze(course=course, now=now)
        made[data["code"]] = course
    onboarding = LearningPath.objects.create(code="onboarding", name="新员工入职培训", onboarding=True)
    for order, (code, days) in enumerate(ONBOARDING, start=1):
        PathStep.objects.create(path=onboarding, course=made[code], order=order, due_days=days)
    return made


def _package(name: str, now: datetime) -> ScormPackage:
    """The SCORM package that lies in a folder of the content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((CONTENT / "packages" / name).iterdir()):
            archive.write(path, path.name)
    return courses.add_package(name=f"{name}.zip", content=content, by=None, now=now)


def _block(block: dict[str, Any], now: datetime) -> tuple[str, Any]:
    """A lesson block as StreamField takes it."""
    match block["type"]:
        case "text":
            return "text", block["html"].strip()
        case "key_points":
            return "key_points", block["points"]
        case "dialogue":
            return "dialogue", {name: block.get(name, "") for name in ("title", "better", "worse", "reason")} | {
                "lines": block["lines"]
            }
        case "comparison":
            return "comparison", {"rows": [{"why": "", **row} for row in block["rows"]]}
        case "recording":
            media = courses.add_media(
                file=io.BytesIO(sounds.rings()), name=block["file"], by=None, now=now, transcript=block["transcript"]
            )
            return "recording", {"title": block["title"], "media": media, "marks": block["marks"]}
        case "table":
            columns = [{"type": "text", "heading": heading} for heading in block["columns"]]
            rows = [{"values": row} for row in block["rows"]]
            return "table", TABLE.to_python({"caption": block["caption"], "columns": columns, "rows": rows})
        case "say_aloud":
            return "say_aloud", {name: block[name] for name in ("situation", "task", "hints", "sample")}
        case "reflection":
            return "reflection", {"question": block["question"], "example": block.get("example", "")}
        case "notice":
            return "notice", {"title": block["title"], "department": block["department"], "text": block["html"].strip()}
        case _:
            return "check", {"questions": block["questions"]}
