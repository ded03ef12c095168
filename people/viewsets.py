"""Wagtail's user screens for our User."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import IndexView
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from people.models import User

FIELDS = {"employee_no", "name", "email", "phone", "is_active"}


class UserCreateForm(UserCreationForm):
    """A new account; employment and roles are given in the staff pages."""

    email = forms.EmailField(required=False, label=_("E-mail"))
    first_name = None
    last_name = None

    class Meta(UserCreationForm.Meta):
        model = User
        fields = FIELDS


class UserChangeForm(UserEditForm):
    """Changes to an account."""

    email = forms.EmailField(required=False, label=_("E-mail"))
    first_name = None
    last_name = None

    class Meta(UserEditForm.Meta):
        model = User
        fields = FIELDS


class UserIndexView(IndexView):
    """Found by characters, pinyin, initials and number."""

    search_fields = ["name", "name_search", "employee_no"]


class UserViewSet(WagtailUserViewSet):
    """Users in Wagtail's admin."""

    index_view_class = UserIndexView

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return UserChangeForm if for_update else UserCreateForm
