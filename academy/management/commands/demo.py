"""Loads the demo academy into an empty site."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone, translation

from academy.demo import beside, classes, history, organisation, planning, practical, practice, teaching
from people.models import User


class Command(BaseCommand):
    """Idempotent: a site that has people is left as it is."""

    help = "Loads 云桥通信客户服务中心: sixty people, ten courses, 260 questions, two years of history."

    def handle(self, *args: object, **options: object) -> None:
        if User.objects.exists():
            self.stdout.write("The site has people already; nothing was changed.")
            return
        now, begin = timezone.now(), time.monotonic()
        today = timezone.localdate(now)
        with transaction.atomic(), translation.override("zh-hans"):
            people = organisation.build(now, today)
            taught = teaching.build(people, now=history.at(organisation.months_before(today, 24), 9))
            lived = history.History(people, taught, now)
            lived.live()
            juniors, topic = people.by_level("junior"), taught.topics["s-complaints"]
            practical.Practical(people.people, juniors, topic, now).live()
            planning.plan_and_review(lived)
            classes.classes(lived)
            practice.practise(lived)
            beside.beside(lived)
        Path(settings.VAR_DIR, "logins.txt").write_text(organisation.logins(), encoding="utf-8")
        self.stdout.write(f"The demo academy was loaded in {time.monotonic() - begin:.0f} seconds.")
