"""What a process keeps in mind."""

from ground.known import Known
from ground.numbers import whole, wholes


def test_one_more_than_fits_and_everything_is_read_anew():
    known = Known(3)
    known.keep({1: "一", 2: "二"})
    known.keep({3: "三"})
    assert [known.get(key) for key in (1, 2, 3)] == ["一", "二", "三"]
    known.keep({4: "四"})
    assert [known.get(key) for key in (1, 4)] == [None, "四"]


def test_what_may_change_is_forgotten_after_its_seconds(monkeypatch):
    seconds = iter([0, 9, 11, 11])
    monkeypatch.setattr("ground.known.time.monotonic", lambda: next(seconds))
    known = Known(1, seconds=10)
    known.keep({"": "旧"})
    assert known.get("") == "旧"
    assert known.get("") is None


def test_whole_numbers_and_nothing_else():
    assert wholes(["0", "17", "", "-1", "1.5", "²", "三", "٣", "9" * 5000, " 1"]) == [0, 17]
    assert (whole("10", most=9), whole("9", most=9)) == (None, 9)
