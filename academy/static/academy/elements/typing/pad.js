// The textarea in its frame: it grows with the text, and under the caret there is always room for the candidate window.
const FREE_LINES = 6;

// Some aids set a value without an input event, and some input methods commit without a composition: nothing here looks at
// keys or at event.data, and nothing touches the value.
export class Pad {
  constructor(pad, frame) {
    this.pad = pad;
    this.frame = frame;
    this.mirror = document.createElement("div");
    this.mirror.className = "pad mirror";
    this.mirror.setAttribute("aria-hidden", "true");
    this.before = document.createElement("span");
    this.mirror.append(this.before, "");
    this.frame.append(this.mirror);
  }

  // After a commit or a move of the caret, never while composing.
  settle() {
    const { pad, frame } = this;
    const line = parseFloat(getComputedStyle(pad).lineHeight);
    this.before.textContent = pad.value.slice(0, pad.selectionEnd);
    this.mirror.lastChild.textContent = `${pad.value.slice(pad.selectionEnd)}\u200b`;
    const caret = this.caretBottom();
    const height = `${Math.max(this.mirror.scrollHeight + FREE_LINES * line, frame.clientHeight)}px`;
    if (pad.style.height !== height) pad.style.height = height;
    const free = Math.min(FREE_LINES * line, frame.clientHeight - line);
    // By whole lines, so that none is cut in half at the top.
    const top = line * Math.max(0, Math.ceil((caret + free - frame.clientHeight) / line));
    if (frame.scrollTop !== top) frame.scrollTop = top;
  }

  caretBottom() {
    const line = parseFloat(getComputedStyle(this.pad).lineHeight);
    const top = this.mirror.getBoundingClientRect().top;
    const boxes = this.before.getClientRects();
    const last = boxes[boxes.length - 1];
    const breaks = this.before.textContent.endsWith("\n") ? line : 0;
    return (last ? last.bottom - top : line) + breaks;
  }
}
