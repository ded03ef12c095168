"""Screens of Wagtail's admin about people: accounts, and the organisation: units, posts, levels. For administrators."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import IndexView as WagtailUserIndexView
from wagtail.users.views.users import UserColumn
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from ground.deleting import GuardedDeleteView
from people import services
from people.models import Employment, Level, Post, Role, RoleAssignment, Unit, User

FIELDS = ["employee_no", "name", "email", "phone"]


class UserCreateForm(UserCreationForm):
    """A new account; employment and roles are given in the staff pages."""

    email = forms.EmailField(required=False, label=_("E-mail"))
    first_name = None
    last_name = None
    is_superuser = None
    field_order = [*FIELDS, "password1", "password2"]

    class Meta(UserCreationForm.Meta):
        model = User
        fields = FIELDS


class UserChangeForm(UserEditForm):
    """Changes to an account. Rights come from roles, access ends by leaving: neither is a tick here."""

    email = forms.EmailField(required=False, label=_("E-mail"))
    first_name = None
    last_name = None
    is_superuser = None
    field_order = [*FIELDS, "password1", "password2"]

    class Meta(UserEditForm.Meta):
        model = User
        fields = FIELDS

    def __init__(self, *args: Any, editing_self: bool = False, **kwargs: Any) -> None:
        # Wagtail takes two ticks away from people who edit themselves; this form has neither.
        super().__init__(*args, **kwargs)


class UserFilterSet(WagtailFilterSet):
    """By access and by role; Wagtail's own filters speak of groups and superusers, which are not ours."""

    is_active = django_filters.BooleanFilter(label=_("May sign in"), widget=BooleanRadioSelect)
    role = django_filters.MultipleChoiceFilter(
        label=_("Role"), choices=Role.choices, method="holding", widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields: Sequence[str] = []

    def __init__(self, *args: Any, is_searching: bool = False, **kwargs: Any) -> None:
        # Wagtail's screen tells its filters whether it searches; only its filter by group asks.
        super().__init__(*args, **kwargs)

    def holding(self, people: QuerySet[User], name: str, roles: list[str]) -> QuerySet[User]:
        """People who hold one of the roles today."""
        if not roles:
            return people
        held = RoleAssignment.objects.in_force(timezone.localdate()).filter(role__in=roles)
        return people.filter(pk__in=held.values("user"))


class UserIndexView(WagtailUserIndexView):
    """Accounts with their unit, found by characters, pinyin, initials and number."""

    search_fields = ["name", "name_search", "employee_no"]

    @cached_property
    def columns(self) -> list[Column]:
        title = self._get_title_column_class(UserColumn)
        return [
            title(
                "name",
                accessor="name",
                label=pgettext_lazy("of a person", "Name"),
                sort_key="name_sort",
                get_url=self.get_edit_url,
            ),
            Column("employee_no", label=_("Employee number"), sort_key="employee_no"),
            Column("unit_name", label=_("Unit"), sort_key="unit_name"),
            BooleanColumn("is_active", label=_("May sign in"), sort_key="is_active"),
            DateColumn("last_login", label=_("Last signed in"), sort_key="last_login"),
        ]

    def get_base_queryset(self) -> QuerySet[User]:
        employed = Employment.objects.current(timezone.localdate()).filter(user=OuterRef("pk"))
        return super().get_base_queryset().annotate(unit_name=Subquery(employed.values("unit__name")[:1]))


class UserViewSet(WagtailUserViewSet):
    """Accounts in Wagtail's admin."""

    index_view_class = UserIndexView
    filterset_class = UserFilterSet

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return UserChangeForm if for_update else UserCreateForm


class UnitForm(WagtailAdminModelForm):
    """A unit and the unit above it."""

    parent = forms.ModelChoiceField(label=_("Part of"), queryset=Unit.objects.none(), required=False)

    class Meta:
        model = Unit
        fields = ["code", "name", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.order_by("path")
        field = self.fields["parent"]
        field.label_from_instance = lambda unit: "\u3000" * (unit.depth - 1) + unit.name
        if self.instance.pk:
            units = units.exclude(path__startswith=self.instance.path)
            self.initial.setdefault("parent", self.instance.get_parent())
        field.queryset = units

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        root = Unit.get_first_root_node()
        if found.get("parent") is None and root is not None and root.pk != self.instance.pk:
            self.add_error(
                "parent", gettext("Only the organisation itself stands at the top; choose what this is part of.")
            )
        return found

    def save(self, commit: bool = True) -> Unit:
        found = {field: self.cleaned_data[field] for field in ("code", "name", "kind", "parent")}
        self.instance = services.save_unit(unit=self.instance if self.instance.pk else None, **found)
        return self.instance


class OrganisationViewSet(ModelViewSet):
    """What units, posts and levels have in common."""

    add_to_reference_index = False
    delete_view_class = GuardedDeleteView
    inspect_view_enabled = False
    copy_view_enabled = False


class UnitIndexView(generic.IndexView):
    """Units in the order of the tree; moving one is editing what it is part of."""

    default_ordering = "path"

    def order_queryset(self, queryset: QuerySet[Unit]) -> QuerySet[Unit]:
        return queryset.order_by("path")


class UnitViewSet(OrganisationViewSet):
    """The tree of units."""

    model = Unit
    icon = "site"
    menu_label = _("Units")
    index_view_class = UnitIndexView
    ordering = ["path"]
    search_fields = ["name", "code"]
    list_display = [
        TitleColumn(
            "name",
            label=_("Name"),
            accessor=lambda unit: "\u3000" * (unit.depth - 1) + unit.name,
            get_url=lambda unit: reverse("unit:edit", args=[unit.pk]),
        ),
        Column("code", label=_("Code")),
        Column("kind", label=_("Kind"), accessor=lambda unit: unit.get_kind_display()),
    ]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return UnitForm


class PostViewSet(OrganisationViewSet):
    """What people are employed to do."""

    model = Post
    icon = "user"
    menu_label = _("Posts")
    form_fields = ["code", "name", "least_level"]
    list_display = ["name", "code", "least_level"]
    search_fields = ["name", "code"]


class LevelViewSet(OrganisationViewSet):
    """The rungs of the ladder."""

    model = Level
    icon = "order"
    menu_label = _("Levels")
    form_fields = ["code", "name", "rank"]
    list_display = ["name", "code", "rank"]


class OrganisationGroup(ModelViewSetGroup):
    """One entry of the menu."""

    menu_label = _("Organisation")
    menu_icon = "group"
    menu_order = 700
    items: Sequence[type[ModelViewSet]] = (UnitViewSet, PostViewSet, LevelViewSet)
