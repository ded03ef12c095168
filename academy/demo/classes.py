"""Coming class sessions that people sign up for: one is full and has a waiting list, one has places left."""

from datetime import timedelta

from academy.demo.history import History, at
from courses import services as courses

CLASSES = [
    # title, topic, days from today, hour, places, who signs up, in order
    ("情绪安抚情景演练", "s-emotion", 5, 14, 4, ["100021", "100024", "100028", "100033", "100031", "100035"]),
    ("漫游资费新规解读", "b-roaming", 12, 10, 20, ["100022", "100030"]),
]


def classes(lived: History) -> None:
    """Scheduled a week ago by the trainer; people have signed up since, a few minutes apart."""
    scheduled = lived.now - timedelta(days=7)
    for title, topic, days, hour, places, numbers in CLASSES:
        day = lived.today + timedelta(days=days)
        session = courses.schedule_session(
            title=title,
            topic=lived.teaching.topics[topic],
            instructor=lived.trainer,
            place="三楼培训室",
            starts_at=at(day, hour),
            ends_at=at(day, hour + 2),
            places=places,
            users=[],
            sign_up=True,
            by=lived.trainer,
            now=scheduled,
        )
        for place, number in enumerate(numbers, 1):
            courses.join_session(
                session=session, user=lived.people[number], now=scheduled + timedelta(minutes=9 * place)
            )
