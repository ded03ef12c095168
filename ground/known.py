"""What a process keeps in mind: things that never change, or need not be asked for again within seconds."""

import time
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_everything: list["Known"] = []


class Known(Generic[K, V]):
    """At most so many values by key; one more, and all are read anew. With `seconds`, none is kept longer."""

    def __init__(self, most: int, seconds: float | None = None) -> None:
        self.most, self.seconds = most, seconds
        self._values: dict[K, V] = {}
        self._until = 0.0
        _everything.append(self)

    def get(self, key: K) -> V | None:
        """The value, or None where there is none."""
        if self.seconds is not None and time.monotonic() >= self._until:
            self._values.clear()
        return self._values.get(key)

    def keep(self, values: Mapping[K, V]) -> None:
        """Adds values."""
        if len(self._values) + len(values) > self.most:
            self._values.clear()
        if self.seconds is not None and not self._values:
            self._until = time.monotonic() + self.seconds
        self._values.update(values)

    def forget(self) -> None:
        self._values.clear()


def forget_everything() -> None:
    """For another database in the same process."""
    for known in _everything:
        known.forget()
