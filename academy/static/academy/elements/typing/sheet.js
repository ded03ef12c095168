// The passage: lines that come in pieces, the one being typed marked and second from the top, mistakes underlined on demand.
import { compare, tokens } from "./slips.js";

export class Sheet {
  constructor(place) {
    this.place = place;
    this.rows = [];
    this.text = ""; // without white space
    this.tokens = []; // what each is, with its row and its place there
    this.at = this.typed = 0;
  }

  add(lines) {
    for (const line of lines) {
      const row = document.createElement("p");
      row.textContent = line;
      this.place.append(row);
      const number = this.rows.push({ row, line, from: this.text.length, marks: "" }) - 1;
      this.text += line.replace(/\s/gu, "");
      this.tokens.push(...tokens(line).map((token) => ({ ...token, row: number })));
    }
    this.expected = this.tokens.map((token) => token.is);
  }

  // Marks the line that a committed text has come to; returns its number from 1.
  follow(committed) {
    const typed = committed.replace(/\s/gu, "");
    const expected = Math.max(0, this.at + typed.length - this.typed);
    this.at = Math.min(this.found(typed, expected), this.text.length);
    this.typed = typed.length;
    let current = 0;
    this.rows.forEach(({ from }, number) => {
      if (from <= this.at) current = number;
    });
    this.rows.forEach(({ row }, number) => {
      const state = number < current ? "past" : number === current ? "now" : "";
      if (row.className !== state) row.className = state;
    });
    const now = this.rows[current]?.row;
    const above = this.rows[current - 1]?.row;
    if (now) {
      const room = above && above.offsetHeight + now.offsetHeight < this.place.clientHeight ? above : now;
      this.place.scrollTop = room.offsetTop - this.rows[0].row.offsetTop;
    }
    return this.rows.length ? current + 1 : 0;
  }

  // The last six characters typed, looked up near the place where they should be.
  found(typed, expected) {
    const tail = typed.slice(-6);
    if (tail.length < 6) return expected;
    const from = Math.max(0, expected - 150);
    const near = this.text.slice(from, expected + 150);
    let best = expected;
    let distance = Infinity;
    for (let at = near.indexOf(tail); at >= 0; at = near.indexOf(tail, at + 1)) {
      const end = from + at + tail.length;
      if (Math.abs(end - expected) < distance) [best, distance] = [end, Math.abs(end - expected)];
    }
    return best;
  }

  // Underlines what a committed text has wrong; returns the mistakes.
  check(committed) {
    const found = compare(tokens(committed).map((token) => token.is), this.expected || []);
    const marked = new Map();
    for (const slip of found) {
      const token = this.tokens[slip.of];
      if (!token || !slip.expected) continue;
      marked.set(token.row, [...(marked.get(token.row) || []), token]);
    }
    this.rows.forEach((row, number) => this.draw(row, marked.get(number) || []));
    return found;
  }

  draw(row, marks) {
    const key = marks.map((token) => token.from).join();
    if (key === row.marks) return;
    row.marks = key;
    row.row.textContent = "";
    let place = 0;
    for (const { from, to } of marks) {
      const mark = document.createElement("mark");
      mark.textContent = row.line.slice(from, to);
      row.row.append(row.line.slice(place, from), mark);
      place = to;
    }
    row.row.append(row.line.slice(place));
  }
}
