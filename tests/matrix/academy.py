"""The shell's own addresses."""

from people.models import Role
from tests.matrix import EVERYBODY, PUBLIC, Row

ROWS = [
    Row("home", roles=EVERYBODY),
    Row("journal", roles={Role.AUDITOR}),
    Row("healthz", roles=PUBLIC),
    Row("readyz", roles=PUBLIC),
    Row("choose_language", roles=PUBLIC, method="post", data=lambda world: {"language": "en", "next": "/healthz"}),
    # Wagtail sends people without admin rights here: signed in they are refused, others go to our login.
    Row("admin_login", roles=set()),
    Row("/_util/login/", roles=PUBLIC),
]
