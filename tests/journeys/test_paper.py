"""The paper in a real browser, for people who are faster than its script."""

import pytest
from django.utils import timezone

from exams.models import Response
from tests.exams import makers

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_what_is_answered_before_the_script_has_come_is_kept_too(page, sign_in, live_server):
    attempt = makers.started(now=timezone.now(), kinds=("single", "short_text", "true_false"))
    sign_in(attempt.candidacy.user)
    held = []
    page.route("**/exam-paper*.js", lambda route: held.append(route))
    page.goto(f"{live_server.url}/exams/attempt/{attempt.pk}/?tab=1&q=1", wait_until="commit")
    page.locator('[data-question="1"] [name=chosen]').nth(1).check()
    page.locator("#text3").evaluate("field => { field.value = '三声'; }")
    while not held:
        page.wait_for_timeout(50)
    with page.expect_response("**/save/**"):
        held[0].continue_()
    page.wait_for_function("() => Object.keys(document.querySelector('exam-paper').waiting).length === 0")
    kept = dict(Response.objects.filter(attempt=attempt).values_list("position", "answer"))
    assert kept == {1: {"chosen": [1]}, 3: {"text": "三声"}}
