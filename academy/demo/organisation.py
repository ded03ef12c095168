"""云桥通信客户服务中心: its units, its sixty people and what they may do."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from people import services
from people.models import Level, Post, Role, Unit, User

PASSWORD = "yunqiao-2026"

UNITS = {
    "YQ": ("云桥通信客户服务中心", None),
    "RX": ("热线服务部", "YQ"),
    "RX1": ("热线一班", "RX"),
    "RX2": ("热线二班", "RX"),
    "RX3": ("热线三班", "RX"),
    "YY": ("营业厅服务部", "YQ"),
    "YY1": ("东湖营业厅", "YY"),
    "YY2": ("南桥营业厅", "YY"),
    "HF": ("回访质检部", "YQ"),
    "HF1": ("客户回访组", "HF"),
    "HF2": ("质检培训组", "HF"),
}
LEVELS = [("junior", "初级工", 1), ("intermediate", "中级工", 2), ("senior", "高级工", 3)]
POSTS = {
    "agent": ("热线客服代表", None),
    "senior-agent": ("专家坐席", "intermediate"),
    "counter": ("营业厅服务代表", None),
    "follow-up": ("回访专员", None),
    "kb-editor": ("知识库编辑", "intermediate"),
    "inspector": ("质检员", "intermediate"),
    "trainer": ("培训师", "intermediate"),
    "team-leader": ("班组长", "intermediate"),
    "director": ("部门经理", "senior"),
    "personnel": ("人事专员", None),
    "it": ("系统管理员", None),
}
# number, name, unit, post, level, months since hire (the level is reached through the exams of history.py where marked *)
PEOPLE = """
100001 孙立民 YQ it - 30
100002 何静 YQ personnel - 40
100003 周敏 HF2 trainer senior 60
100004 陈国栋 HF2 trainer senior 55
100005 吴晓琳 HF2 inspector intermediate 48
100006 赵建平 RX director senior 80
100007 郑海燕 YY director senior 75
100008 钱文彬 YQ personnel - 36
100009 唐志远 HF director senior 70
100010 冯雅琴 YQ personnel - 33
100011 韩雪梅 RX1 team-leader senior 58
100012 曹伟 RX2 team-leader intermediate 46
100013 许丽华 RX3 team-leader intermediate 44
100014 邓超群 YY1 team-leader intermediate 50
100015 彭燕 YY2 team-leader intermediate 43
100016 蒋明 HF1 team-leader intermediate 45
100017 沈佳怡 HF2 inspector intermediate 38
100018 余婷 HF2 kb-editor intermediate 35
100019 龙剑锋 HF2 kb-editor intermediate 34
100020 毛小玲 RX1 senior-agent intermediate 37
100021 石磊 RX2 senior-agent intermediate 36
100022 范文静 RX3 senior-agent intermediate 33
100023 方芳 RX1 agent junior 26
100024 白雨晴 RX1 agent junior 25
100025 卢俊 RX1 agent junior 24
100026 尹秀兰 RX1 agent junior 22
100027 段晓东 RX1 agent junior 21
100028 雷鸣 RX1 agent junior 18
100029 侯佳 RX1 agent - 5
100030 邵丽君 RX1 agent - 3
100031 林晓雨 RX2 agent - 1
100032 李梦洁 RX2 agent junior 26
100033 王思远 RX2 agent junior 25
100034 张雪 RX2 agent junior 23
100035 刘洋 RX2 agent junior 20
100036 陈晨 RX2 agent junior 19
100037 杨帆 RX2 agent junior 16
100038 黄丽娜 RX2 agent - 6
100039 马晓东 RX2 agent - 2
100040 胡月 RX3 agent junior 25
100041 朱琳 RX3 agent junior 24
100042 高翔 RX3 agent junior 22
100043 罗婉清 RX3 agent junior 20
100044 梁宇 RX3 agent junior 17
100045 宋佳 RX3 agent - 4
100046 谢敏 RX3 agent - 1
100047 夏冰 YY1 counter junior 28
100048 田园 YY1 counter junior 24
100049 董洁 YY1 counter junior 21
100050 袁晓燕 YY1 counter junior 15
100051 潘婷 YY1 counter - 3
100052 于海 YY2 counter junior 27
100053 叶青 YY2 counter junior 23
100054 程丽 YY2 counter junior 19
100055 魏欣 YY2 counter - 2
100056 薛梅 HF1 follow-up junior 26
100057 丁一凡 HF1 follow-up junior 22
100058 任晓萌 HF1 follow-up junior 18
100059 姚远 HF1 follow-up - 4
100060 欧阳文慧 HF1 follow-up - 2
"""
READY = {"100036", "100040", "100048", "100053", "100057"}  # juniors whom their managers propose for intermediate
MANAGERS = {
    "YQ": None,
    "RX": "100006",
    "YY": "100007",
    "HF": "100009",
    "RX1": "100011",
    "RX2": "100012",
    "RX3": "100013",
    "YY1": "100014",
    "YY2": "100015",
    "HF1": "100016",
    "HF2": "100009",
}
ROLES = [
    ("100001", Role.ADMINISTRATOR, "YQ"),
    ("100002", Role.PERSONNEL, "YQ"),
    ("100010", Role.PERSONNEL, "YQ"),
    ("100003", Role.TRAINER, "YQ"),
    ("100004", Role.EXAMINER, "YQ"),
    ("100005", Role.INSPECTOR, "YQ"),
    ("100017", Role.INSPECTOR, "YQ"),
    ("100006", Role.MANAGER, "RX"),
    ("100007", Role.MANAGER, "YY"),
    ("100009", Role.MANAGER, "HF"),
    ("100011", Role.MANAGER, "RX1"),
    ("100012", Role.MANAGER, "RX2"),
    ("100013", Role.MANAGER, "RX3"),
    ("100009", Role.PANEL, "YQ"),
    ("100007", Role.PANEL, "YQ"),
    ("100011", Role.PANEL, "YQ"),
    ("100003", Role.PANEL, "YQ"),
    ("100008", Role.AUDITOR, "YQ"),
]
# One login a role for the first page of the README; the learner is the new hire of the walk.
LOGINS = [
    ("learner (new hire)", "100031"),
    ("trainer", "100003"),
    ("examiner", "100004"),
    ("quality inspector", "100005"),
    ("unit manager", "100006"),
    ("personnel", "100002"),
    ("panel member", "100009"),
    ("auditor", "100008"),
    ("administrator", "100001"),
]


@dataclass
class Organisation:
    """What the other chapters of the demo look up."""

    units: dict[str, Unit] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    hired: dict[str, date] = field(default_factory=dict)

    def by_level(self, level: str | None) -> list[User]:
        """Agents, counter and follow-up staff whose target level in PEOPLE this is, in order of number."""
        wanted = []
        for line in PEOPLE.split("\n"):
            if not line:
                continue
            number, _name, _unit, post, code, _months = line.split()
            if (None if code == "-" else code) == level and post in ("agent", "counter", "follow-up", "senior-agent"):
                wanted.append(self.people[number])
        return wanted


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of the organisation's day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def months_before(day: date, months: int) -> date:
    """About so many months earlier, never on a day that a month lacks."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, min(day.day, 28))


def build(now: datetime, today: date) -> Organisation:
    """Units, levels, posts, people with their first employment, roles."""
    made = Organisation()
    for code, (name, parent) in UNITS.items():
        kind = Unit.Kind.COMPANY if parent is None else Unit.Kind.DEPARTMENT if len(code) == 2 else Unit.Kind.TEAM
        values = {"code": code, "name": name, "kind": kind}
        made.units[code] = (
            Unit.add_root(**values) if parent is None else Unit.objects.get(code=parent).add_child(**values)
        )
    for code, name, rank in LEVELS:
        made.levels[code] = Level.objects.create(code=code, name=name, rank=rank)
    posts = {
        code: Post.objects.create(code=code, name=name, least_level=made.levels.get(level or ""))
        for code, (name, level) in POSTS.items()
    }
    secret = make_password(PASSWORD)
    rows = [line.split() for line in PEOPLE.split("\n") if line]
    # Leaders first, so that everybody's manager exists; those who lead their own unit report to the unit above.
    rows.sort(key=lambda row: (row[0] not in MANAGERS.values(), row[0]))
    for number, name, unit, post, level, months in rows:
        # Whoever came in the last month has a week of onboarding left.
        hired = months_before(today, int(months)) if int(months) > 1 else today - timedelta(days=24)
        lead = MANAGERS[unit]
        if lead == number:
            parent = UNITS[unit][1]
            lead = MANAGERS[parent] if parent else None
        user = services.hire(
            employee_no=number,
            name=name,
            unit=made.units[unit],
            post=posts[post],
            on=hired,
            now=now - (timedelta(days=(today - hired).days)),
            by=None,
            level=made.levels.get(level) if int(months) > 28 else None,
            manager=made.people.get(lead or ""),
        )
        made.people[number], made.hired[number] = user, hired
    User.objects.filter(pk__in=[user.pk for user in made.people.values()]).update(password=secret)
    for number, role, unit in ROLES:
        services.assign_role(
            user=made.people[number],
            role=role,
            unit=made.units[unit],
            valid_from=max(made.hired[number], months_before(today, 24)),
            now=now,
            by=None,
        )
    return made


def logins() -> str:
    """The lines that bin/run prints."""
    rows = [f"  {role:<20} {number}   {PASSWORD}" for role, number in LOGINS]
    return "\n".join(["  role                 number   password", *rows]) + "\n"
