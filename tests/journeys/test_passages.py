"""An author at work on a passage, in the browser."""

import pytest
from django.urls import reverse

from people.services import ensure_groups
from tests import factories
from tests.typing import scenes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_figures_and_fillings_appear_while_the_author_writes(page, sign_in, live_server):
    ensure_groups()
    sign_in(factories.with_role("examiner"))
    page.goto(live_server.url + reverse("passages:add"))
    text = page.locator("#id_text")
    text.fill(scenes.passage_text()[1] + "{surname}先生。")
    page.locator("#passage-figures mark").first.wait_for()
    assert page.locator("#passage-figures li").count() == 3
    text.fill(scenes.passage_text()[1] + "龘")
    page.locator("#passage-figures li", has_text="龘").wait_for()
    page.locator("#id_allowed").fill("龘")
    page.locator("#passage-figures li", has_text="龘").wait_for(state="detached")
