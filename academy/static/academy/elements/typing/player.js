// A recorded test as it was typed: the text at any moment of it. `changes` are [t, pos, removed, inserted, composing] in
// order; positions count code points. Pure.
export class Player {
  constructor(changes) {
    this.changes = changes;
    this.reset();
  }

  reset() {
    this.next = 0;
    this.raw = [];
    this.committed = [];
    this.caret = 0;
    this.composing = false;
  }

  // Moves to a moment, backwards too; true when the text is another one than before.
  seek(t) {
    const from = this.next;
    if (from && this.changes[from - 1][0] > t) this.reset();
    while (this.next < this.changes.length && this.changes[this.next][0] <= t) {
      const [, pos, removed, inserted, composing] = this.changes[this.next];
      const put = Array.from(inserted);
      this.raw.splice(pos, removed, ...put);
      this.caret = pos + put.length;
      this.composing = Boolean(composing);
      if (!this.composing) this.committed = this.raw.slice();
      this.next += 1;
    }
    return this.next !== from;
  }

  // The text in three pieces: before the open composition, the composition, after it.
  pieces() {
    if (!this.composing) return [this.raw.slice(0, this.caret).join(""), "", this.raw.slice(this.caret).join("")];
    const [raw, committed] = [this.raw, this.committed];
    const shorter = Math.min(raw.length, committed.length);
    let head = 0;
    while (head < shorter && raw[head] === committed[head]) head += 1;
    let tail = 0;
    while (tail < shorter - head && raw[raw.length - 1 - tail] === committed[committed.length - 1 - tail]) tail += 1;
    const end = raw.length - tail;
    return [raw.slice(0, head).join(""), raw.slice(head, end).join(""), raw.slice(end).join("")];
  }
}
