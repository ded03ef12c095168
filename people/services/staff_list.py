"""The staff list taken from a file: all rows or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ground import journal
from ground.errors import Refused
from people import formats, queries, signals
from people.models import Employment, Unit, User

BATCH = 500


class ImportRefused(Refused):
    """At least one row is wrong; `faults` names every one."""

    def __init__(self, faults: list[formats.Fault]) -> None:
        super().__init__(_("Some rows are wrong. Nothing was changed."), code="import_faults")
        self.faults = faults


@dataclass(frozen=True)
class Imported:
    """How many people were new, changed and as before."""

    new: int
    changed: int
    unchanged: int


def import_staff(
    *, rows: Sequence[formats.Line], on: date, by: User | None, now: datetime, paths: Sequence[str] | None = None
) -> Imported:
    """Brings the staff on record into line with the rows; who is not in the file stays as they are.

    New people begin on their hire date, changes of unit, post, level or manager on the day `on`. New people have no
    password until somebody sets one. `paths` limits what `by` may touch. Raises ImportRefused and changes nothing while a
    row is wrong; running it again changes nothing. 10,000 people take a few seconds: everything is written in bulk.
    """
    try:
        with transaction.atomic():
            return _import(rows, on, by, now, paths)
    except IntegrityError as error:
        raise Refused(
            _("Somebody else changed the staff at the same moment. Nothing was changed; try again."), code="changed"
        ) from error


def _import(
    rows: Sequence[formats.Line], on: date, by: User | None, now: datetime, paths: Sequence[str] | None
) -> Imported:
    # The root unit's row is the turnstile of imports; the people's rows keep single changes out.
    list(Unit.objects.select_for_update().filter(depth=1).values_list("pk"))
    for numbers in queries.portions([row["employee_no"] for row in rows]):
        list(User.objects.select_for_update().filter(employee_no__in=numbers).order_by("pk").values_list("pk"))
    known = queries.known_for_import(rows, on=on, paths=paths, by=by)
    people = known.people
    checked = formats.check(rows, known, on)
    if checked.faults:
        raise ImportRefused(checked.faults)
    made = _create_people(checked.new, now)
    managers = {number: person.pk for number, person in people.items()} | {user.employee_no: user.pk for user in made}
    Employment.objects.bulk_create(
        [
            Employment(
                user=user,
                unit_id=entry.unit,
                post_id=entry.post,
                level_id=entry.level,
                manager_id=managers.get(entry.manager),
                cause=Employment.Cause.IMPORT,
                valid_from=entry.hired,
            )
            for user, entry in zip(made, checked.new, strict=True)
        ],
        batch_size=BATCH,
    )
    corrected = _correct_details(checked.changed, people)
    moved = _move(checked.changed, people, managers)
    _record(made, checked.new, corrected, moved, by, now)
    touched = [*made, *moved]
    if touched:
        signals.employment_changed.send(sender=User, users=touched, now=now)
    return Imported(len(checked.new), len(checked.changed), checked.unchanged)


def _create_people(entries: Sequence[formats.Entry], now: datetime) -> list[User]:
    users = []
    for entry in entries:
        user = User(
            employee_no=entry.employee_no,
            name=entry.name,
            email=entry.email,
            phone=entry.phone,
            password=make_password(None),
            created_at=now,
        )
        user.set_name_columns()
        users.append(user)
    return User.objects.bulk_create(users, batch_size=BATCH)


def _correct_details(entries: Sequence[formats.Entry], people: dict[str, formats.KnownPerson]) -> list[User]:
    wanted = {}
    for entry in entries:
        person = people[entry.employee_no]
        details = formats.details_of(entry, person)
        if details != (person.name, person.email, person.phone):
            wanted[person.pk] = details
    users = _by_pk(wanted)
    for user in users:
        user.name, user.email, user.phone = wanted[user.pk]
        user.set_name_columns()
    User.objects.bulk_update(users, ["name", "email", "phone", "name_sort", "name_search"], batch_size=BATCH)
    return users


def _move(
    entries: Sequence[formats.Entry], people: dict[str, formats.KnownPerson], managers: dict[str, int]
) -> dict[User, date]:
    """Changes employment where an entry differs from the record; {user: day from which}."""
    wanted, days = {}, {}
    for entry in entries:
        person = people[entry.employee_no]
        row = formats.row_of(entry, person, managers)
        if row != person.row:
            wanted[person.pk], days[person.pk] = row, person.effective
    before = [
        row
        for pks in queries.portions(list(wanted))
        for row in Employment.objects.filter(user__in=pks).select_related("user")
        if row.valid_from <= days[row.user_id] and (row.valid_to is None or row.valid_to > days[row.user_id])
    ]
    same_day = [row for row in before if row.valid_from == days[row.user_id]]
    earlier = [row for row in before if row.valid_from != days[row.user_id]]
    after = [
        Employment(user=row.user, cause=Employment.Cause.IMPORT, valid_from=days[row.user_id], valid_to=row.valid_to)
        for row in earlier
    ]
    for row in earlier:
        row.valid_to = days[row.user_id]
    for row in [*same_day, *after]:
        row.unit_id, row.post_id, row.level_id, row.manager_id = wanted[row.user_id]
    Employment.objects.bulk_update(earlier, ["valid_to"], batch_size=BATCH)
    Employment.objects.bulk_update(same_day, ["unit", "post", "level", "manager"], batch_size=BATCH)
    Employment.objects.bulk_create(after, batch_size=BATCH)
    return {row.user: days[row.user_id] for row in before}


def _by_pk(wanted: dict[int, object]) -> list[User]:
    return [user for pks in queries.portions(list(wanted)) for user in User.objects.filter(pk__in=pks)]


def _record(
    made: Sequence[User],
    entries: Sequence[formats.Entry],
    corrected: Sequence[User],
    moved: dict[User, date],
    by: User | None,
    now: datetime,
) -> None:
    """One line a person and act."""
    journal.record_all(
        [
            *(
                journal.entry("hired", user, by=by, now=now, data={"on": entry.hired.isoformat(), "row": entry.row})
                for user, entry in zip(made, entries, strict=True)
                if entry.hired is not None
            ),
            *(journal.entry("details_changed", user, by=by, now=now, data={"from": "import"}) for user in corrected),
            *(
                journal.entry("employment.import", user, by=by, now=now, data={"on": day.isoformat()})
                for user, day in moved.items()
            ),
        ]
    )
