// <typing-test mode="exam|practice|warmup">: a passage in lines, one plain textarea, a clock by the server's time.
//
// Exam: passage, clock and text come from the server (data-resume), keystrokes go to it in batches (data-batch), further
// pieces of the passage are fetched ahead (data-chunk). Practice and warm-up show the lines in the page and send nothing
// while typing. The textarea is never touched while an input method composes, and its guards look at no key.
import { reduce, start } from "./typing/reducer.js";
import { sha256 } from "./typing/sha256.js";
import { Outbox, Refusal, post } from "./typing/sync.js";

const BATCH_MS = 2000;
const FREE_LINES = 6;
const FORBIDDEN = {
  insertFromPaste: "paste",
  insertFromPasteAsQuotation: "paste",
  insertFromDrop: "drop",
  insertFromYank: "yank",
  deleteByDrag: "drag",
  insertReplacementText: "replacement",
  historyUndo: "undo",
  historyRedo: "redo",
};

class TypingTest extends HTMLElement {
  connectedCallback() {
    for (const name of ["pad", "frame", "passage", "face", "saved", "say", "lines", "count", "work", "over", "kept"]) {
      this[name] = document.querySelector(`[data-part=${name}]`); // the bar with the clock stands outside the element
    }
    this.mode = this.getAttribute("mode");
    this.exam = this.mode === "exam";
    this.records = [];
    this.text = "";
    this.place = this.typed = 0;
    this.last = 0;
    this.announced = false;
    this.token = this.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
    if (this.exam) this.resume();
    else if (this.mode === "practice") this.begin(Number(this.dataset.elapsed), Number(this.dataset.duration), this.inPage());
    else this.pad.addEventListener("focus", () => this.begin(0, Number(this.dataset.duration), this.inPage()), { once: true });
    if (this.mode === "warmup") this.show(this.inPage());
  }

  inPage() {
    return JSON.parse(this.querySelector("script[type='application/json']").textContent);
  }

  // The clock: the server said `elapsed`, the browser's monotonic clock goes on from there. Later answers may only move
  // it forward: an answer is never older than it says.
  get now() {
    return Math.floor(performance.now() + this.ahead);
  }

  setClock(elapsed) {
    this.ahead = Math.max(this.ahead ?? -Infinity, elapsed - performance.now());
  }

  async resume() {
    this.outbox = new Outbox({
      attempt: Number(this.dataset.attempt),
      url: this.dataset.batch,
      token: this.token,
      report: (state, refusal) => this.report(state, refusal),
      heard: (answer) => this.setClock(answer.elapsed_ms),
    });
    this.report("waiting");
    try {
      let answer = await this.ask();
      if (await this.outbox.resume(answer)) {
        answer = await this.ask();
        await this.outbox.resume(answer);
      }
      if (this.outbox.stopped) return;
      if (!answer.open) {
        this.lock(answer.text);
        this.hand();
        return;
      }
      this.last = answer.t;
      this.pad.value = answer.text;
      this.state = start(answer.raw);
      this.begin(answer.elapsed_ms, answer.duration_ms, [], answer);
      this.observe({ type: "resume", value: answer.text, inputType: "", isComposing: false });
      this.report("saved");
    } catch (error) {
      if (error instanceof Refusal) this.report("refused", error);
      else {
        this.report("offline");
        setTimeout(() => this.resume(), BATCH_MS);
      }
    }
  }

  ask() {
    return post(this.dataset.resume, this.token, {});
  }

  begin(elapsed, duration, lines, server = null) {
    this.setClock(elapsed);
    this.duration = duration;
    this.state = this.state || start(this.pad.value);
    this.total = server ? server.lines : lines.length;
    this.chunks = server ? { ends: [], count: server.count, asking: false } : null;
    if (server) server.chunks.forEach((chunk) => this.showChunk(chunk));
    else if (this.mode !== "warmup") this.show(lines);
    this.work.hidden = false;
    this.listen();
    this.beat = setInterval(() => this.tick(), 200);
    if (navigator.webdriver) this.note("automated");
    this.settle();
    if (this.mode !== "warmup") this.pad.focus({ preventScroll: true });
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.beat);
    this.quiet?.abort();
  }

  listen() {
    this.quiet = new AbortController();
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.quiet.signal });
    const see = (event) => this.observe({
      type: event.type, value: this.pad.value, inputType: event.inputType, isComposing: event.isComposing,
    });
    on(this.pad, "beforeinput", (event) => {
      this.promised = true;
      if (FORBIDDEN[event.inputType] && event.cancelable) this.refuse(event, FORBIDDEN[event.inputType]);
    });
    on(this.pad, "input", (event) => {
      if (!this.promised && !event.isComposing) this.note("unannounced");
      this.promised = false;
      see(event);
    });
    on(this.pad, "compositionstart", see);
    on(this.pad, "compositionend", see);
    on(this.pad, "paste", (event) => this.refuse(event, "paste"));
    on(this.pad, "drop", (event) => this.refuse(event, "drop"));
    on(this.pad, "dragover", (event) => event.preventDefault());
    on(this.pad, "blur", () => this.note("blur"));
    on(document, "visibilitychange", () => {
      if (document.hidden) this.note("hidden");
    });
    on(window, "resize", () => {
      if (!this.state.composing) this.settle();
    });
    on(this, "submit", (event) => {
      event.preventDefault();
      this.form = event.target;
      this.finish();
    });
    if (this.exam) {
      on(window, "pagehide", () => this.cut(true));
      on(window, "offline", () => this.note("offline"));
    }
  }

  refuse(event, what) {
    event.preventDefault();
    this.note(what);
    if (!this.told) this.tell(this.dataset.refused);
    this.told = true;
  }

  observe(event) {
    if (this.locked) return;
    const { state, record } = reduce(this.state, event);
    this.state = state;
    if (record) this.write(record);
    if (!state.composing) this.settle();
  }

  note(what) {
    if (!this.locked) this.write({ kind: "note", what });
  }

  write(record) {
    if (!this.exam) return;
    this.last = Math.max(this.last, this.now);
    this.records.push({ t: this.last, ...record });
  }

  tick() {
    if (this.locked) return;
    const left = Math.max(0, this.duration - this.now);
    const seconds = Math.ceil(left / 1000);
    this.face.textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    if (left <= 60000 && this.duration > 60000 && !this.announced) {
      this.announced = true;
      this.face.classList.add("last");
      this.tell(this.dataset.minute);
    }
    if (left === 0) {
      this.finish();
      return;
    }
    if (!this.state.composing && this.pad.value !== this.state.raw) {
      this.observe({ type: "silent", value: this.pad.value });
    }
    if (this.exam && performance.now() - (this.lastCut || 0) >= BATCH_MS) this.cut();
  }

  cut(leaving = false) {
    this.lastCut = performance.now();
    if (!this.records.length || this.outbox.stopped) return;
    this.write({ kind: "check", hash: sha256(this.state.raw) });
    this.outbox.add(this.records.splice(0), leaving);
  }

  // Time is up, or the person hands in: first the committed text, then the lock. What is still being composed is not part
  // of it, and whatever the browser does to the open composition afterwards is not looked at.
  async finish() {
    if (this.locked) return;
    const committed = this.state.committed;
    if (this.mode === "warmup") {
      this.tell(this.dataset.over);
      clearInterval(this.beat);
      return;
    }
    if (this.exam) this.cut();
    this.lock(committed);
    if (this.exam) await this.outbox.flush();
    this.hand();
  }

  lock(committed) {
    this.locked = true;
    clearInterval(this.beat);
    this.kept.textContent = committed;
    this.kept.hidden = false;
    this.frame.hidden = true;
    this.work.hidden = false;
    this.over.hidden = false;
    this.over.focus();
  }

  hand() {
    if (this.outbox?.stopped) return;
    const form = this.form || this.querySelector("form");
    const field = form.querySelector("[name=text]");
    if (field) field.value = this.kept.textContent;
    form.submit();
  }

  report(state, refusal) {
    if (!this.saved) return;
    this.saved.className = `saved ${{ saved: "", waiting: "waiting", offline: "waiting", refused: "failed" }[state]}`;
    const words = refusal?.message || this.dataset[state];
    if (this.saved.textContent !== words) this.saved.textContent = words;
    if (state === "refused") {
      this.locked = true;
      clearInterval(this.beat);
      this.pad.readOnly = true;
      this.tell(refusal.message);
    }
  }

  tell(sentence) {
    this.say.textContent = sentence;
  }

  // The passage, and where the person is in it.
  show(lines) {
    for (const line of lines) {
      const row = document.createElement("p");
      row.textContent = line;
      row.dataset.from = this.text.length;
      this.passage.append(row);
      this.text += line.replace(/\s/gu, "");
    }
  }

  showChunk(lines) {
    this.show(lines);
    this.chunks.ends.push(this.text.length);
  }

  // The server gives a piece once everything up to the third before it is typed: two are always ahead.
  async more() {
    const { chunks } = this;
    const next = chunks?.ends.length;
    if (!chunks || chunks.asking || next >= chunks.count || this.typed < chunks.ends[next - 3]) return;
    chunks.asking = true;
    try {
      this.cut();
      await this.outbox.flush();
      const response = await fetch(this.dataset.chunk.replace("/0/", `/${next}/`), { redirect: "error" });
      if (response.ok) this.showChunk((await response.json()).lines);
    } catch {
      // Two pieces are always ahead; the next commit asks again.
    } finally {
      chunks.asking = false;
    }
  }

  // After a commit, never while composing: marks the current line and keeps free lines under the caret.
  settle() {
    const typed = this.state.committed.replace(/\s/gu, "");
    const expected = Math.max(0, this.place + typed.length - this.typed);
    this.place = Math.min(this.found(typed, expected), this.text.length);
    this.typed = typed.length;
    const rows = [...this.passage.querySelectorAll("p")];
    let current = 0;
    rows.forEach((row, place) => {
      if (Number(row.dataset.from) <= this.place) current = place;
    });
    rows.forEach((row, place) => {
      row.className = place < current ? "past" : place === current ? "now" : "";
    });
    const now = rows[current];
    if (now) this.passage.scrollTop = now.offsetTop - this.passage.offsetTop - now.offsetHeight * 1.5;
    if (this.lines) this.lines.textContent = this.lines.dataset.words.replace("{now}", current + 1).replace("{all}", this.total);
    if (this.count) this.count.textContent = this.count.dataset.words.replace("{count}", typed.length);
    this.more();
    this.grow();
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

  grow() {
    const line = parseFloat(getComputedStyle(this.pad).lineHeight);
    const before = this.frame.scrollTop;
    this.pad.style.height = "0";
    const content = this.pad.scrollHeight;
    this.pad.style.height = `${Math.max(content + FREE_LINES * line, this.frame.clientHeight)}px`;
    const atEnd = this.pad.selectionEnd >= this.pad.value.length;
    this.frame.scrollTop = atEnd ? Math.max(0, content + FREE_LINES * line - this.frame.clientHeight) : before;
  }
}
customElements.define("typing-test", TypingTest);
