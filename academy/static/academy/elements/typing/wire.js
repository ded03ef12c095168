// Records in the small form in which they travel: exams/typing/wire.py says what each place means and reads it again.
const KINDS = [
  "insertText", "insertCompositionText", "compositionend", "deleteContentBackward", "insertFromComposition",
  "deleteCompositionText", "insertLineBreak", "deleteContentForward", "compositionstart", "silent", "resume",
];

export function pack(records) {
  let t = 0;
  let end = 0;
  let before = [0, 0];
  return records.map((record) => {
    const ms = record.t - t;
    t = record.t;
    if (record.kind === "note") return [ms, null, record.what];
    if (record.kind === "check") return [ms, null, "text", record.hash.slice(0, 16)];
    const place = KINDS.indexOf(record.kind);
    const now = [place < 0 ? record.kind : place, record.composing ? 1 : 0];
    const array = [ms, record.inserted, record.removed, record.pos - end, ...now];
    end = record.pos + [...record.inserted].length;
    for (const known of [before[1], before[0], 0, 0]) {
      if (array[array.length - 1] !== known) break;
      array.pop();
    }
    before = now;
    return array;
  });
}
