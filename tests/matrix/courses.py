"""Who may learn, and who may look after the learning of others."""

from exams.services import add_question
from tests import factories
from tests.courses import build
from tests.matrix import Row, World


def a_lesson(world: World) -> list[int]:
    return [build.lessons(build.course(lessons=1))[0].pk]


def a_check(world: World) -> list[object]:
    add_question(
        code="matrix-01",
        topics=[factories.topic()],
        level=None,
        kind="true_false",
        content={"stem": "可以打断客户。"},
        key={"answer": False},
        now=world.now,
        author=None,
        live=True,
    )
    course = build.course(lessons=1, body=[("check", {"questions": ["matrix-01"]})])
    return [build.lessons(course)[0].pk, "matrix-01"]


ROWS: list[Row] = [
    Row("courses:catalogue", roles="everybody"),
    Row("courses:mine", roles="everybody"),
    Row("courses:path", roles="everybody"),
    Row("courses:complete_lesson", roles="everybody", args=a_lesson, method="post"),
    Row("courses:check", roles="everybody", args=a_check, method="post", data=lambda world: {"answer": "true"}),
]
