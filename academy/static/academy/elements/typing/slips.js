// Mistakes as one types, for practice and replay only: the result counts them again on the server. Pure.
//
// The same folding of punctuation as exams/typing/normalise.py where it changes what one sees: widths, quotes, full stops,
// runs of dashes and dots. A token is one code point.
const FOLD = new Map([["￥", "¥"], ["～", "~"], ["・", "·"], ["•", "·"], ["。", "."], ["｡", "."], ["．", "."], ["﹑", "、"]]);
for (let code = 0xff01; code <= 0xff5e; code += 1) FOLD.set(String.fromCodePoint(code), String.fromCodePoint(code - 0xfee0));
for (const quote of "“”„‟＂") FOLD.set(quote, '"');
for (const quote of "‘’‚‛＇") FOLD.set(quote, "'");
FOLD.set("．", ".");
FOLD.set("～", "~");
const UNSEEN = /[\s\p{Cc}\p{Cf}\ufe00-\ufe0f]/u;
const DASHES = "—–―-";
const DOTS = ".…";

// The tokens of a text: [{is, from, to}], `from` and `to` in UTF-16 units of the text.
export function tokens(text) {
  const found = [];
  let place = 0;
  for (const character of text) {
    const from = place;
    place += character.length;
    if (UNSEEN.test(character)) continue;
    const is = FOLD.get(character) || character;
    const last = found[found.length - 1];
    const kind = DASHES.includes(is) ? "—" : DOTS.includes(is) ? "…" : "";
    if (kind && last?.run === kind) {
      last.is = kind;
      last.to = place;
    } else found.push({ is: kind === "—" || is === "…" ? kind : is, from, to: place, run: kind });
  }
  return found;
}

const WIDTH = 60; // how far the typed text may run ahead of the passage or behind it

// Where a typed text differs from the beginning of a passage (both arrays of `is`): [{of, expected, typed}], `of` the place
// in the passage. `typed` is empty for one left out, `expected` for one too many.
export function compare(typed, passage) {
  const [n, m, wide] = [typed.length, passage.length, 2 * WIDTH + 1];
  const way = new Uint8Array((n + 1) * wide); // 1 same or wrong, 2 too many, 3 left out
  let before = new Int32Array(wide + 1).fill(1e9);
  for (let j = 0; j <= Math.min(m, WIDTH); j += 1) {
    before[j + WIDTH] = j;
    way[j + WIDTH] = 3;
  }
  for (let i = 1; i <= n; i += 1) {
    const now = new Int32Array(wide + 1).fill(1e9);
    const [first, last] = [Math.max(0, WIDTH - i), Math.min(wide - 1, m - i + WIDTH)];
    for (let k = first; k <= last; k += 1) {
      const j = i + k - WIDTH;
      let [least, turn] = [before[k + 1] + 1, 2];
      if (j > 0) {
        const same = before[k] + (typed[i - 1] === passage[j - 1] ? 0 : 1);
        if (same <= least) [least, turn] = [same, 1];
        if (k > 0 && now[k - 1] + 1 < least) [least, turn] = [now[k - 1] + 1, 3];
      }
      now[k] = least;
      way[i * wide + k] = turn;
    }
    before = now;
  }
  let best = -1;
  for (let k = 0; k < wide; k += 1) {
    const near = best < 0 || before[k] < before[best] || (before[k] === before[best] && Math.abs(k - WIDTH) < Math.abs(best - WIDTH));
    if (before[k] < 1e9 && near) best = k;
  }
  if (best < 0) return []; // far beyond the passage, or far from where one should be
  const found = [];
  let [i, j] = [n, n + best - WIDTH];
  while (i > 0 || j > 0) {
    const turn = way[i * wide + j - i + WIDTH];
    if (turn === 1) {
      i -= 1;
      j -= 1;
      if (typed[i] !== passage[j]) found.push({ of: j, expected: passage[j], typed: typed[i] });
    } else if (turn === 2) {
      i -= 1;
      found.push({ of: j, expected: "", typed: typed[i] });
    } else {
      j -= 1;
      found.push({ of: j, expected: passage[j], typed: "" });
    }
  }
  return found.reverse();
}
