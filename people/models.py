"""Facts about the people who serve customers, and about who may do what for whom."""

from datetime import date, timedelta

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from ground import pinyin
from ground.periods import current, never_overlap


class UserManager(BaseUserManager["User"]):
    """Makes users by employee number."""

    def create_user(self, employee_no: str, password: str | None = None, **fields: object) -> "User":
        """A saved user; without a password nobody can sign in as them."""
        user = self.model(employee_no=employee_no, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, employee_no: str, password: str | None = None, **fields: object) -> "User":
        """For `manage.py createsuperuser`: the first administrator of a new site."""
        return self.create_user(employee_no, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(employee_no=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A staff member. Everybody is a learner; RoleAssignment alone gives more.

    A leaver keeps every record; `is_active` is False from the moment access ends.
    """

    employee_no = models.CharField(
        _("employee number"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _("Use letters, digits, hyphens and underscores only."))
        ],
    )
    name = models.CharField(_("name"), max_length=60)
    name_sort = models.CharField(_("pinyin"), max_length=240, editable=False)
    name_search = models.CharField(_("search words"), max_length=400, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("technical administrator"), default=False)
    created_at = models.DateTimeField(_("created"), null=True, editable=False)

    USERNAME_FIELD = "employee_no"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        ordering = ["name_sort", "employee_no"]
        indexes = [models.Index(fields=["name_sort", "employee_no"], name="users_by_pinyin")]

    def save(self, *args: object, **kwargs: object) -> None:
        """Keeps the two derived search columns true to the name."""
        self.set_name_columns()
        super().save(*args, **kwargs)

    def set_name_columns(self) -> None:
        """Derives pinyin columns; bulk writers call it themselves."""
        self.name_sort = pinyin.sort_key(self.name)[:240]
        words = [self.name, pinyin.spelled(self.name), pinyin.initials(self.name), self.employee_no.lower()]
        self.name_search = " ".join(words)[:400]

    @property
    def first_name(self) -> str:
        """What Wagtail's menu calls the person."""
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        """What a greeting calls the person: the given name of a Chinese name of three characters."""
        return self.name[1:] if len(self.name) == 3 and not self.name.isascii() else self.name

    def get_absolute_url(self) -> str:
        return reverse("people:staff", args=[self.pk])

    def __str__(self) -> str:
        return self.name or self.employee_no


class Unit(MP_Node):
    """A node of the organisation: company > department > team."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        DEPARTMENT = "department", _("department")
        TEAM = "team", _("team")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.TEAM)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name


class Level(models.Model):
    """A rung of the ladder: junior, intermediate, senior. Ordered by rank, lowest first."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """What a person is employed to do; some posts need at least a level."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    least_level = models.ForeignKey(
        Level, verbose_name=_("least level"), null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EmploymentQuerySet(models.QuerySet["Employment"]):
    """Reads of the history."""

    def current(self, on: date) -> "EmploymentQuerySet":
        """The rows in force on a day: at most one a person."""
        return self.filter(current(on))

    def standing(self, on: date) -> "EmploymentQuerySet":
        """One row a person: in force on the day, else the last that ended, else the first that will begin."""
        others = Employment.objects.filter(user=OuterRef("user"))
        begun = others.filter(valid_from__lte=on)
        return self.filter(
            Q(valid_from__lte=on) & ~Exists(begun.filter(valid_from__gt=OuterRef("valid_from")))
            | Q(valid_from__gt=on) & ~Exists(others.filter(valid_from__lt=OuterRef("valid_from")))
        )


@never_overlap(owner="user_id")
class Employment(models.Model):
    """Where, as what and on which level a person worked in [valid_from, valid_to)."""

    class Cause(models.TextChoices):
        HIRE = "hire", _("hired")
        TRANSFER = "transfer", _("moved")
        PROMOTION = "promotion", _("promoted")
        DEMOTION = "demotion", _("demoted")
        IMPORT = "import", _("taken from the staff list")

    user = models.ForeignKey(User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="employments")
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="employments")
    post = models.ForeignKey(Post, verbose_name=_("post"), on_delete=models.PROTECT, related_name="employments")
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, related_name="employments"
    )
    manager = models.ForeignKey(
        User, verbose_name=_("manager"), null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until (exclusive)"), null=True, blank=True)
    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["user_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="employment_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("user")), name="nobody_manages_themselves"
            ),
            models.UniqueConstraint(fields=["user", "valid_from"], name="one_employment_begins_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.unit} {self.valid_from}"

    @property
    def last_day(self) -> date | None:
        """The last day of the period; None when it has no end."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class Role(models.TextChoices):
    """What somebody may be besides a learner."""

    TRAINER = "trainer", _("trainer")
    EXAMINER = "examiner", _("examiner")
    INSPECTOR = "inspector", _("quality inspector")
    MANAGER = "manager", _("unit manager")
    PERSONNEL = "personnel", _("personnel")
    PANEL = "panel", _("panel member")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Reads of roles."""

    def in_force(self, on: date) -> "RoleAssignmentQuerySet":
        """The roles held on a day."""
        return self.filter(current(on))


class RoleAssignment(models.Model):
    """A role over a unit and all below it in [valid_from, valid_to). Nothing else gives reach."""

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="role_assignments"
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="role_assignments")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until (exclusive)"), null=True, blank=True)
    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        ordering = ["user_id", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="role_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=["user", "role", "unit", "valid_from"], name="one_role_per_unit_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.unit}"

    @property
    def last_day(self) -> date | None:
        """The last day of the period; None when it has no end."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class Notification(models.Model):
    """One line in a person's notification centre, rendered in the reader's language from kind and params.

    `key` makes sending idempotent: the same key is delivered to a person once.
    """

    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    url = models.CharField(_("address"), max_length=300, blank=True)
    key = models.CharField(_("key"), max_length=120)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notification_per_person_and_key")]
        indexes = [models.Index(fields=["user", "-created_at"], name="notifications_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"
