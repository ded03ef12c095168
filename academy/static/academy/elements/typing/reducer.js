// From the events of a textarea to records of what happened to its text. Pure: no clock, no document.
//
// The value is diffed after each event; `event.data` is never trusted. Between compositionstart and compositionend the
// value holds raw pinyin: such records are `composing` and do not join `committed`. Firefox fires an input after
// compositionend and Safari an Enter: both come out as no change. Some input methods commit without any composition.
// Positions count code points, as the server does, never UTF-16 units.

export const start = (text = "", raw = text) => ({ raw, committed: text, composing: false });

// {pos, removed, inserted} between two texts, in code points.
export function difference(before, after) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  if (head && isHigh(before, head - 1)) head -= 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (tail && isLow(before, before.length - tail)) tail -= 1;
  return {
    pos: points(before.slice(0, head)),
    removed: points(before.slice(head, before.length - tail)),
    inserted: clean(after.slice(head, after.length - tail)),
  };
}

// The next state and the record of an event {type, value, inputType, isComposing}, or null when nothing changed.
// A lone surrogate or a NUL never reaches a record: the server would refuse it.
export function reduce(state, event) {
  const value = clean(event.value);
  let composing = state.composing;
  if (event.type === "compositionstart") composing = true;
  if (event.type === "compositionend" || event.type === "silent") composing = false;
  if (event.type === "input") {
    const over = event.isComposing === false && event.inputType !== "deleteCompositionText";
    composing = event.isComposing || (composing && !over);
  }
  const next = { raw: value, committed: composing ? state.committed : value, composing };
  const ended = state.composing && !composing;
  if (value === state.raw && !ended) return { state: next, record: null };
  const kind = event.type === "input" ? event.inputType || "input" : event.type;
  return { state: next, record: { kind, ...difference(state.raw, value), composing } };
}

const isHigh = (text, place) => (text.charCodeAt(place) & 0xfc00) === 0xd800;
const isLow = (text, place) => (text.charCodeAt(place) & 0xfc00) === 0xdc00;
const clean = (text) => text.replace(/[\0\ud800-\udfff]/gu, ""); // with /u only surrogates that stand alone match

function points(text) {
  let count = text.length;
  for (let place = 0; place < text.length; place += 1) count -= isHigh(text, place) && isLow(text, place + 1);
  return count;
}
