"""The pure parts of the element, in the browser: traces of four kinds of input methods, hashes equal to the server's."""

import pytest

from exams.typing import replay, wire

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

REDUCE = """async ({ url, events }) => {
  const { reduce, start } = await import(url + "/static/academy/elements/typing/reducer.js");
  let state = start("");
  const records = [];
  for (const event of events) {
    const next = reduce(state, event);
    state = next.state;
    if (next.record) records.push({ t: records.length, ...next.record });
  }
  return { state, records };
}"""


def composition(name: str, value: str) -> dict:
    return {"type": name, "value": value}


def put(value: str, kind: str = "insertCompositionText", composing: bool = True) -> dict:
    return {"type": "input", "value": value, "inputType": kind, "isComposing": composing}


PINYIN = [composition("compositionstart", ""), put("k"), put("ke hu")]
TRACES = {
    "chrome": [*PINYIN, put("客户"), composition("compositionend", "客户")],
    "firefox": [*PINYIN, composition("compositionend", "客户"), put("客户", composing=False)],
    "safari": [
        *PINYIN,
        put("", "deleteCompositionText", composing=False),
        put("客户", "insertFromComposition", composing=False),
        composition("compositionend", "客户"),
    ],
    "without preedit": [put("客户", "insertText", composing=False)],
    "android over old text": [
        put("客人", "insertText", composing=False),
        composition("compositionstart", "客人"),
        put("客户"),
        composition("compositionend", "客户"),
    ],
}


@pytest.fixture
def at_home(page, live_server):
    page.goto(f"{live_server.url}/account/login/")
    return page


@pytest.mark.parametrize("name", TRACES)
def test_every_input_method_gives_the_same_text(at_home, live_server, name):
    found = at_home.evaluate(REDUCE, {"url": live_server.url, "events": TRACES[name]})
    assert found["state"] == {"raw": "客户", "committed": "客户", "composing": False}
    replay.check(found["records"], latest_ms=1000)
    assert replay.replay(found["records"]).committed == "客户"


def test_an_open_composition_is_shown_and_not_committed(at_home, live_server):
    found = at_home.evaluate(REDUCE, {"url": live_server.url, "events": PINYIN})
    assert (found["state"]["raw"], found["state"]["committed"]) == ("ke hu", "")
    assert replay.replay(found["records"]).committed == ""


def test_positions_count_code_points_and_lone_surrogates_are_left_out(at_home, live_server):
    values = ["𠮷", "𠮷𠮸", "𠮷a𠮸", "a𠮸", "a𠮸\ud842", "a"]
    events = [put(value, "insertText", composing=False) for value in values]
    found = at_home.evaluate(
        REDUCE.replace("for (const event of events)", "events[4].value = 'a𠮸\\ud842';\n  for (const event of events)"),
        {"url": live_server.url, "events": [*events[:4], events[3], events[5]]},
    )
    replay.check(found["records"], latest_ms=1000)
    assert replay.replay(found["records"]).committed == "a"


@pytest.mark.parametrize("text", ["", "客户\n走进", '𠮷\t"\\/\u2028\u007f\x01é', "字" * 4000])
def test_batches_and_their_hashes_are_those_of_the_server(at_home, live_server, text):
    records = [
        {"t": 5, "kind": "insertCompositionText", "pos": 0, "removed": 0, "inserted": text, "composing": True},
        {"t": 9, "kind": "insertCompositionText", "pos": len(text), "removed": 0, "inserted": "𠮷", "composing": True},
        {"t": 9, "kind": "insertSomethingNew", "pos": 0, "removed": 1, "inserted": "", "composing": False},
        {"t": 12, "kind": "note", "what": "paste"},
        {"t": 12, "kind": "check", "hash": replay.fingerprint(text)},
    ]
    found = at_home.evaluate(
        """async ({ url, records }) => {
          const { sha256 } = await import(url + "/static/academy/elements/typing/sha256.js");
          const { pack } = await import(url + "/static/academy/elements/typing/wire.js");
          const packed = pack(records);
          return [packed, sha256(`${"0".repeat(32)}\\n${JSON.stringify(packed)}`).slice(0, 32)];
        }""",
        {"url": live_server.url, "records": records},
    )
    assert found == [wire.pack(records), wire.chain("0" * 32, wire.pack(records))]
    assert wire.unpack(found[0]) == records
