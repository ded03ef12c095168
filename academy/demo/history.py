"""What people did in two years: lessons, sittings, attempts good and bad, observations, the plan, the review.

Everything goes through the services with the day's `now`, from one stored seed, so that every figure has its evidence.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from academy.demo import served, typed
from academy.demo.catalogue import ONBOARDING
from academy.demo.organisation import READY, Organisation, at, months_before
from academy.demo.teaching import Teaching
from certificates import services as certificates
from certificates.models import Certificate
from courses import queries as course_queries
from courses import services as courses
from courses.models import Assignment, LessonPage
from exams import services as exams
from exams.grading import as_shown
from exams.models import Attempt, Candidacy, Exam, ExamPart, QuestionVersion, Sitting
from ground.errors import Refused
from people import services as people
from people.models import Employment, User

SEED = 20240611
# Where this centre is weak: these topics are answered worse than the person would otherwise answer.
WEAK = {"s-emotion": 0.34, "b-billing": 0.26, "e-once": 0.2}
LEVEL_SITTINGS = (23, 17, 11, 5)  # months ago
MONTHLY_SITTINGS = (3, 2, 1)  # months ago
NEWCOMER = "100031"  # 林晓雨: the walk of the README and of the journey test


@dataclass
class Ability:
    """How well somebody answers (share of right answers) and types (tokens a minute, accuracy)."""

    answers: float
    speed: float
    accuracy: float


@dataclass
class History:
    """Lives the two years up to `now`."""

    organisation: Organisation
    teaching: Teaching
    now: datetime
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    versions: dict[int, QuestionVersion] = field(default_factory=dict)
    abilities: dict[int, Ability] = field(default_factory=dict)

    def live(self) -> None:
        """All chapters, in the order in which they happened."""
        self.today = timezone.localdate(self.now)
        self.people = self.organisation.people
        self.trainer, self.examiner = self.people["100003"], self.people["100004"]
        self.versions = {version.pk: version for version in QuestionVersion.objects.select_related("question")}
        for months in LEVEL_SITTINGS:
            self._level_exams(months_before(self.today, months).replace(day=12))
        self._learn()
        served.observe(self)
        served.appraise(self)
        for months in MONTHLY_SITTINGS:
            self._monthly(months_before(self.today, months).replace(day=20))
        self._revoke()
        day = months_before(self.today, MONTHLY_SITTINGS[-1])
        typed.look_at_flags(self.examiner, day.replace(day=21), at(day.replace(day=20), 0), self._type)
        typed.practise(self.people, self.hired, self.today, self.rng, newcomer=NEWCOMER)
        self._open_and_future_sittings()

    # Exams

    def _level_exams(self, day: date) -> None:
        """Juniors and intermediates who have worked a month take the exam of their level; certificates run out and are renewed."""
        for code, level in (("level-junior", "junior"), ("level-intermediate", "intermediate")):
            users = [user for user in self.organisation.by_level(level) if self.hired(user) <= day - timedelta(days=30)]
            if level == "intermediate":
                users += [
                    self.people[number] for number in ("100011", "100012", "100013", "100014", "100015", "100016")
                ]
            due = [user for user in users if self._certificate_ends(user, level) <= day + timedelta(days=100)]
            if due:
                name = f"{self.teaching.exams[code].name}（{day.year} 年 {day.month} 月）"
                sitting = self._sitting(self.teaching.exams[code], name, at(day, 9), at(day, 17), due, "三楼考试室")
                self._sit(sitting, absent=0.06)
                self._promote_to_junior(sitting, day)
        if day.month % 2 == 0 or day == months_before(self.today, LEVEL_SITTINGS[-1]).replace(day=12):
            seniors = [self.people[number] for number in ("100003", "100004", "100006", "100007", "100009", "100011")]
            due = [user for user in seniors if self._certificate_ends(user, "senior") <= day + timedelta(days=100)]
            if due:
                exam = self.teaching.exams["level-senior"]
                name = f"{exam.name}（{day.year} 年 {day.month} 月）"
                self._sit(self._sitting(exam, name, at(day, 13), at(day, 18), due, "三楼考试室"), absent=0)

    def _promote_to_junior(self, sitting: Sitting, day: date) -> None:
        """Whoever passed the junior exam is a junior from the first of the next month."""
        first = (day.replace(day=28) + timedelta(days=7)).replace(day=1)
        junior = self.organisation.levels["junior"]
        if sitting.exam.level_id != junior.pk:
            return
        for candidacy in sitting.candidacies.filter(result__passed=True).select_related("user"):
            row = candidacy.user.employments.current(first).first()
            if row is not None and row.level is None:
                people.change_employment(
                    user=candidacy.user,
                    on=first,
                    level=junior,
                    cause=Employment.Cause.PROMOTION,
                    reason="通过初级工等级考试",
                    now=at(first, 9),
                    by=self.people["100002"],
                )

    def _monthly(self, day: date) -> None:
        for code, level in (("monthly-junior", "junior"), ("monthly-intermediate", "intermediate")):
            users = [user for user in self.organisation.by_level(level) if self.hired(user) <= day]
            name = f"{day.year} 年 {day.month} 月{self.teaching.exams[code].name}"
            sitting = self._sitting(self.teaching.exams[code], name, at(day, 9), at(day, 18), users, "热线培训室")
            self._sit(sitting, absent=0.08)

    def _open_and_future_sittings(self) -> None:
        newcomers = self.organisation.by_level(None)
        level = self.teaching.exams["level-junior"]
        opens = at(self.today - timedelta(days=1), 8)
        sitting = self._sitting(
            level,
            f"{level.name}（{self.today.year} 年 {self.today.month} 月）",
            opens,
            at(self.today + timedelta(days=6), 18),
            newcomers,
            "三楼考试室",
        )
        early = [user for user in newcomers if self.hired(user) <= self.today - timedelta(days=85)]
        self._sit(sitting, absent=0.3, only=early, start=opens + timedelta(hours=1))
        typed.order_recheck_of(sitting, self.examiner, self.now - timedelta(hours=2))
        month = months_before(self.today + timedelta(days=10), 0)
        for code, group in (("monthly-junior", "junior"), ("monthly-intermediate", "intermediate")):
            exam = self.teaching.exams[code]
            day = self.today + timedelta(days=10)
            self._sitting(
                exam,
                f"{month.year} 年 {month.month} 月{exam.name}",
                at(day, 9),
                at(day, 18),
                self.organisation.by_level(group),
                "热线培训室",
            )

    def _sitting(
        self, exam: Exam, name: str, opens: datetime, closes: datetime, users: list[User], place: str
    ) -> Sitting:
        return exams.open_sitting(
            exam=exam,
            name=name,
            opens_at=opens,
            closes_at=closes,
            place=place,
            audience={"people": [user.pk for user in users]},
            by=self.examiner,
            now=min(opens - timedelta(days=10), self.now - timedelta(days=4)),
        )

    def _sit(
        self, sitting: Sitting, *, absent: float, only: list[User] | None = None, start: datetime | None = None
    ) -> None:
        """Everybody who comes takes every part, one after the other, twice where typing allows and the first try failed."""
        candidacies = sitting.candidacies.select_related("user", "sitting__exam").order_by("user__employee_no")
        parts = list(sitting.exam.parts.select_related("standard").order_by("order"))
        for candidacy in candidacies:
            if (only is not None and candidacy.user not in only) or self.rng.random() < absent:
                continue
            clock = (start or sitting.opens_at) + timedelta(minutes=self.rng.randint(2, 40))
            for part in parts:
                for _try in range(part.tries_allowed):
                    attempt = self._take(candidacy, part, clock)
                    if attempt is None:
                        break
                    clock = attempt.ended_at + timedelta(minutes=6)
                    if attempt.passed:
                        break
        if sitting.closes_at < self.now:
            exams.end_overdue(now=sitting.closes_at + timedelta(minutes=1))

    def _take(self, candidacy: Candidacy, part: ExamPart, clock: datetime) -> Attempt | None:
        try:
            attempt = exams.start_attempt(candidacy=candidacy, part=part, now=clock)
        except Refused:
            return None  # no fresh passage is left for this person: they come another day
        answers = part.kind == ExamPart.Kind.PAPER
        end = self._answer(attempt, clock) if answers else self._type(attempt, clock)
        return exams.submit(attempt=attempt, now=end, ended_by=Attempt.EndedBy.CANDIDATE)

    def _answer(self, attempt: Attempt, clock: datetime) -> datetime:
        """Answers the paper in one go; returns when the candidate hands in."""
        ability = self.ability(attempt.candidacy.user)
        answers = []
        for position, item in enumerate(attempt.paper.items, start=1):
            version = self.versions[item["version"]]
            weak = WEAK.get(version.question.code[:-3], 0)
            right = self.rng.random() < ability.answers - weak
            if self.rng.random() < 0.015:
                continue
            answer = as_shown(self._response(version, right), item["order"])
            answers.append({"position": position, "seq": 1, "answer": answer, "marked": False})
        minutes = self.rng.uniform(0.45, 0.9) * attempt.part.minutes
        end = clock + timedelta(minutes=minutes)
        exams.save_responses(attempt_id=attempt.pk, generation=attempt.generation, answers=answers, now=end)
        return end + timedelta(seconds=20)

    def _response(self, version: QuestionVersion, right: bool) -> dict[str, Any]:
        """An answer in the words of Response, right or plausibly wrong."""
        key, kinds = version.key, QuestionVersion.Kind
        if version.kind in (kinds.SINGLE, kinds.MULTIPLE):
            options = range(len(version.content["options"]))
            if right:
                return {"chosen": key["correct"]}
            if version.kind == kinds.SINGLE:
                return {"chosen": [self.rng.choice([index for index in options if index not in key["correct"]])]}
            return {"chosen": key["correct"][:-1] or [next(index for index in options if index not in key["correct"])]}
        if version.kind == kinds.TRUE_FALSE:
            return {"answer": key["answer"] if right else not key["answer"]}
        if version.kind == kinds.NUMERIC:
            return {"text": str(key["value"]) if right else str(int(float(key["value"])) * 2 + 1)}
        if version.kind == kinds.SHORT_TEXT:
            return {"text": key["accepted"][0] if right else "不清楚"}
        if version.kind == kinds.CLOZE:
            given = [gap["accepted"][0] if "accepted" in gap else gap["correct"] for gap in key["gaps"]]
            return {"gaps": given if right else [*given[:-1], None]}
        if version.kind in (kinds.ORDERING, kinds.MATCHING):
            name = "sequence" if version.kind == kinds.ORDERING else "pairs"
            return {name: key[name] if right else [key[name][1], key[name][0], *key[name][2:]]}
        return {"text": key.get("model") or "先听客户讲完，再复述要点。"} if version.kind == kinds.ESSAY else {}

    def _type(self, attempt: Attempt, clock: datetime) -> datetime:
        """Types until the time is up; returns when it is."""
        ability = self.ability(attempt.candidacy.user)
        speed = ability.speed * self.rng.uniform(0.95, 1.06)
        accuracy = min(ability.accuracy + self.rng.uniform(-0.01, 0.008), 1)
        return typed.type_attempt(attempt, speed=speed, accuracy=accuracy, clock=clock, rng=self.rng, now=self.now)

    def ability(self, user: User) -> Ability:
        if user.pk not in self.abilities:
            number = int(user.employee_no)
            experienced = user in self.organisation.by_level("intermediate") or number < 100023
            speed = self.rng.uniform(50, 66) if experienced else self.rng.uniform(31, 52)
            if number % 11 == 0:
                speed = 27.5
            answers = self.rng.uniform(0.9, 0.99) if experienced else self.rng.uniform(0.82, 0.99)
            if number % 13 == 0:
                answers = 0.74
            if user.employee_no in READY:
                speed, answers = self.rng.uniform(53, 58), 0.97
            self.abilities[user.pk] = Ability(answers, speed, self.rng.uniform(0.965, 0.995))
        return self.abilities[user.pk]

    def hired(self, user: User) -> date:
        return self.organisation.hired[user.employee_no]

    def _certificate_ends(self, user: User, level: str) -> date:
        last = Certificate.objects.filter(user=user, kind__code=level).order_by("-expires_on").first()
        return last.expires_on if last else date.min

    # Courses

    def _learn(self) -> None:
        """The onboarding path of everybody hired within two years and a half, and later courses of some."""
        for number, user in self.people.items():
            hired = self.hired(user)
            age = (self.today - hired).days
            if age > 900 or number in ("100001", "100002", "100008", "100010"):
                continue
            courses.assign_onboarding(user=user, on=hired, now=at(hired, 9))
            for order, (code, days) in enumerate(ONBOARDING):
                done = hired + timedelta(days=max(2, days - self.rng.randint(1, 6)))
                if self.rng.random() < 0.12:
                    done += timedelta(days=9)
                if number == NEWCOMER and order == 2:
                    self.read(user, code, self.today - timedelta(days=2), lessons=2)
                    self._stop_in(user, code, lesson=2, block=2)
                elif done < self.today:
                    self.read(user, code, done)
                elif order == 0 or age > 10:
                    self.read(user, code, self.today - timedelta(days=1), lessons=self.rng.randint(0, 3))
        wanted = ["need-to-solution", "counter-and-telling-once", "fault-to-closure"]
        for user in self.organisation.by_level("junior") + self.organisation.by_level("intermediate"):
            for order, code in enumerate(wanted):
                if self.rng.random() < 0.55 or (user.employee_no in READY and order < 2):
                    start = self.today - timedelta(days=self.rng.randint(70 if user.employee_no in READY else 20, 420))
                    self._assign(user, code, start, start + timedelta(days=30))
                    late = order == 2 and self.rng.random() < 0.2
                    self.read(user, code, start + timedelta(days=self.rng.randint(3, 25)), lessons=2 if late else None)
        for number in ("100011", "100012", "100013", "100014", "100015", "100016", "100020", "100021"):
            user, start = self.people[number], self.today - timedelta(days=self.rng.randint(30, 300))
            for code in ("coaching-and-floor", "privacy-and-first-asked"):
                self._assign(user, code, start, start + timedelta(days=45))
                self.read(user, code, start + timedelta(days=self.rng.randint(5, 28)))
        for number in ("100035", "100042", "100049"):
            start = self.today - timedelta(days=40)
            self._assign(self.people[number], "disputes-and-policy", start, start + timedelta(days=30))

    def _assign(self, user: User, code: str, start: date, due: date) -> None:
        courses.assign(
            user=user,
            course=self.teaching.courses[code],
            cause=Assignment.Cause.MANUAL,
            cause_date=start,
            due_on=due,
            note="",
            path=None,
            by=self.trainer,
            now=at(start, 10),
        )

    def read(self, user: User, code: str, day: date, lessons: int | None = None) -> None:
        """Reads the lessons of a course (or the first few) on a day before today."""
        course = self.teaching.courses[code]
        moment = at(min(day, self.today - timedelta(days=1)), 14, self.rng.randint(0, 40))
        pages = list(LessonPage.objects.child_of(course).order_by("path"))[:lessons]
        if not pages:
            return
        enrolment = courses.enrol(user=user, course=course, now=moment)
        for page in pages:
            courses.open_lesson(enrolment=enrolment, lesson=page, now=moment)
            moment += timedelta(minutes=page.minutes)
            if page.must_pass_checks:
                for check in course_queries.check_codes(page):
                    courses.note_check_answer(enrolment=enrolment, lesson=page, code=check, right=True, now=moment)
            for block, notice in course_queries.notices_of(page).items():
                courses.acknowledge(user=user, lesson=page, block=block, seen=notice.words_hash, now=moment)
            courses.complete_lesson(enrolment=enrolment, lesson=page, now=moment)

    def _stop_in(self, user: User, code: str, *, lesson: int, block: int) -> None:
        """Reads a lesson of a course (from 0) yesterday as far as a block."""
        course = self.teaching.courses[code]
        page = LessonPage.objects.child_of(course).order_by("path")[lesson]
        moment = at(self.today - timedelta(days=1), 16, 20)
        enrolment = courses.enrol(user=user, course=course, now=moment)
        courses.open_lesson(enrolment=enrolment, lesson=page, now=moment)
        place = page.body[block].id
        later = moment + timedelta(minutes=4)
        courses.note_progress(
            enrolment=enrolment, lesson=page, place=place, seconds=230, reached_end=False, step=9, now=later
        )

    # Certificates

    def _revoke(self) -> None:
        """One certificate taken back after a complaint was confirmed."""
        valid = Certificate.objects.filter(
            kind__code="junior", expires_on__gt=self.today, user=self.people["100044"]
        ).first()
        valid = (
            valid
            or Certificate.objects.filter(kind__code="junior", expires_on__gt=self.today)
            .order_by("-user__employee_no")
            .first()
        )
        certificates.revoke(
            certificate=valid,
            by=self.people["100002"],
            reason="经查，录入测试由他人代考，本人承认。",
            now=at(self.today - timedelta(days=20), 11),
        )
