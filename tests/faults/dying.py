"""Kills the worker at the moment that a request asks for: before what it writes is committed, or after it, unanswered."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.http import HttpRequest, HttpResponse


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def dying(words: str, *, turn: int = 1) -> Iterator[None]:
    """Kills this process at the statement that begins with these words, when it comes for the `turn`th time."""
    left = turn

    def run(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        nonlocal left
        left -= bool(words) and sql.strip().startswith(words)
        if not left:
            die()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield


class DyingMiddleware:
    """X-Die: `after` the answer is made and everything committed, or the first words of the statement to die at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        moment = request.headers.get("X-Die", "")
        with dying(moment):
            response = self.get_response(request)
        if moment == "after":
            die()
        return response
