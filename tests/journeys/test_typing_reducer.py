"""The pure parts of the element, in the browser: traces of four kinds of input methods, hashes equal to the server's."""

import json
from pathlib import Path

import pytest

from exams.typing import replay, scoring, wire
from tests.typing import typist

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


def key(name: str, value: str) -> dict:
    """A keydown that the input method keeps for itself (key code 229): the reducer may see it and does nothing."""
    return {"type": "keydown", "value": value, "inputType": name, "isComposing": False}


PINYIN = [composition("compositionstart", ""), put("k"), put("ke"), put("ke h"), put("ke hu")]
# Events in the order in which browsers and input methods send them while 客户 is typed.
TRACES = {
    # Chromium 109 and later: the candidate arrives as one more composing input, then the end.
    "chrome": [*PINYIN, put("客户"), composition("compositionend", "客户")],
    # Firefox ESR: the end comes first, then another input with the same value.
    "firefox": [*PINYIN, composition("compositionend", "客户"), put("客户", composing=False)],
    # Firefox with a candidate that is edited before: two inputs of the same value in a row.
    "firefox, double input": [
        *PINYIN,
        put("客户"),
        composition("compositionend", "客户"),
        put("客户", composing=False),
        put("客户", "insertText", composing=False),
    ],
    # Safari: the spelling is deleted, the candidate put in, the end comes, and the Enter that chose it is told last.
    "safari, late Enter": [
        *PINYIN,
        put("", "deleteCompositionText", composing=False),
        put("客户", "insertFromComposition", composing=False),
        composition("compositionend", "客户"),
        key("Enter", "客户"),
    ],
    "safari 16, end before the input": [
        *PINYIN,
        put("", "deleteCompositionText", composing=True),
        composition("compositionend", ""),
        put("客户", "insertFromComposition", composing=False),
    ],
    "without preedit": [put("客户", "insertText", composing=False)],
    "wubi, character by character": [
        put("客", "insertText", composing=False),
        put("客户", "insertText", composing=False),
    ],
    # Android: a backspace takes a committed word up again as a composition and shortens it.
    "android over old text": [
        put("客人", "insertText", composing=False),
        composition("compositionstart", "客人"),
        put("客"),
        put("客户"),
        composition("compositionend", "客户"),
    ],
    "android, taken up and left as it was": [
        *PINYIN,
        put("客户"),
        composition("compositionend", "客户"),
        composition("compositionstart", "客户"),
        put("客户"),
        composition("compositionend", "客户"),
    ],
    "dropped and spelled again": [
        *PINYIN,
        put("", "deleteCompositionText"),
        composition("compositionend", ""),
        *PINYIN,
        put("客户"),
        composition("compositionend", "客户"),
    ],
}


RECORDED = Path(__file__).parent / "traces"
"""What browsers sent while their own text input processor composed: [type, value, inputType, isComposing] an event."""


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


def test_what_firefox_sent_while_two_words_were_composed_is_two_commits(at_home, live_server):
    """Recorded in Firefox 153 ESR: 客户 committed at once, 服务 shown first and then taken by Enter; each ends with an input
    after compositionend that changes nothing."""
    rows = json.loads((RECORDED / "firefox-153.json").read_text(encoding="utf-8"))
    names = ("type", "value", "inputType", "isComposing")
    events = [dict(zip(names, row, strict=True)) for row in rows]
    assert [row[0] for row in rows[-2:]] == ["compositionend", "input"]
    found = at_home.evaluate(REDUCE, {"url": live_server.url, "events": events})
    assert found["state"] == {"raw": "客户服务", "committed": "客户服务", "composing": False}
    replay.check(found["records"], latest_ms=1000)
    texts = [replay.replay(found["records"][:end]).committed for end in range(len(found["records"]) + 1)]
    assert list(dict.fromkeys(texts)) == ["", "客户", "客户服务"]


def test_every_input_method_scores_the_same(at_home, live_server):
    scores = set()
    for events in TRACES.values():
        found = at_home.evaluate(REDUCE, {"url": live_server.url, "events": events})
        text = replay.replay(found["records"]).committed
        scores.add(scoring.score("客户走进营业厅", text, 60_000, 30, 95))
    assert scores == {scoring.Score(2, 0, 60_000, 30, 95)}


def test_a_second_input_of_the_same_value_makes_no_second_record(at_home, live_server):
    once = at_home.evaluate(REDUCE, {"url": live_server.url, "events": TRACES["firefox, double input"][:-2]})
    twice = at_home.evaluate(REDUCE, {"url": live_server.url, "events": TRACES["firefox, double input"]})
    assert twice["records"] == once["records"]


def test_an_enter_that_breaks_the_line_after_all_counts_nothing(at_home, live_server):
    events = [*TRACES["safari, late Enter"], put("客户\n", "insertLineBreak", composing=False)]
    found = at_home.evaluate(REDUCE, {"url": live_server.url, "events": events})
    text = replay.replay(found["records"]).committed
    assert (text, scoring.score("客户走进", text, 60_000, 30, 95).typed) == ("客户\n", 2)


@pytest.mark.parametrize("left_open", ["客", "ke hu"])
def test_an_old_word_taken_up_again_counts_as_it_was_until_the_composition_ends(at_home, live_server, left_open):
    events = [put("客人", "insertText", composing=False), composition("compositionstart", "客人"), put(left_open)]
    found = at_home.evaluate(REDUCE, {"url": live_server.url, "events": events})
    state = replay.replay(found["records"])
    assert (state.raw, state.committed) == (left_open, "客人")


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


PASSAGE = (
    "客户走进营业厅时，值班人员应当起身问好——先请坐下……再问：“要办什么业务？”说话声音平和，不得打断客户，也不得让客户重复。"
    * 3
)
TYPED = [
    "",
    PASSAGE[:40],
    '客户走近营业厅时,值班人员应当起身问好—先请坐下...再问:"要办',
    "客户走进时，值班人员应当起身起身问好——先请坐下……再问",
    PASSAGE[:12] + PASSAGE[38:90],
    "完全是另外一段话，和原文没有什么关系，一个字也不像",
    PASSAGE[:30] + "　\n" + PASSAGE[30:60] + "𠮷",
]


@pytest.mark.parametrize("typed", TYPED)
def test_mistakes_shown_while_practising_are_as_many_as_the_score_takes_off(at_home, live_server, typed):
    found = at_home.evaluate(
        """async ({ url, passage, typed }) => {
          const { compare, tokens } = await import(url + "/static/academy/elements/typing/slips.js");
          const is = (text) => tokens(text).map((token) => token.is);
          return compare(is(typed), is(passage));
        }""",
        {"url": live_server.url, "passage": PASSAGE, "typed": typed},
    )
    assert len(found) == scoring.score(PASSAGE, typed, 60_000, 30, 95).errors


def test_the_replay_shows_at_every_moment_what_the_server_replays(at_home, live_server):
    records = list(typist.keys(PASSAGE[:60], per_minute=60, until_ms=55_000))
    changes = [[r["t"], r["pos"], r["removed"], r["inserted"], int(r["composing"])] for r in records]
    moments = [55_000, 3_000, 20_000, 19_999, 0, 41_500, 41_000]
    found = at_home.evaluate(
        """async ({ url, changes, moments }) => {
          const { Player } = await import(url + "/static/academy/elements/typing/player.js");
          const player = new Player(changes);
          return moments.map((t) => {
            player.seek(t);
            return [player.pieces().join(""), player.committed.join("")];
          });
        }""",
        {"url": live_server.url, "changes": changes, "moments": moments},
    )
    states = (replay.replay(records, until_ms=t) for t in moments)
    assert found == [[state.raw, state.committed] for state in states]
