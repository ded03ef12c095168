// <typing-test mode="exam|practice|warmup|replay">: a passage in lines, one plain textarea, a clock by the server's time.
//
// Exam: passage, clock and text come from the server (data-resume), keystrokes go to it in batches (data-batch), further
// pieces of the passage are fetched ahead (data-chunk). Practice and warm-up show the lines in the page and send nothing
// while typing; practice underlines mistakes and hands its keystrokes in with the text. Replay shows a recording.
// The textarea is never touched while an input method composes, and its guards look at no key.
import { renewForms } from "./exam/session.js";
import { looksLikeTouch } from "./typing/keyboard.js";
import { Pad } from "./typing/pad.js";
import { reduce, start } from "./typing/reducer.js";
import { ReplayView } from "./typing/replay-view.js";
import { Rest } from "./typing/rest.js";
import { sha256 } from "./typing/sha256.js";
import { Sheet } from "./typing/sheet.js";
import { Outbox, Refusal, SignedOut, post } from "./typing/sync.js";
import { pack } from "./typing/wire.js";

const BATCH_MS = 2000;
const MOST_RECORDS = 20000; // of a practice
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
const SILENT_KEYS = ["Shift", "Control", "Alt", "Meta", "CapsLock", "Tab", "Escape"];

class TypingTest extends HTMLElement {
  connectedCallback() {
    // The bar with the clock stands outside the element.
    const part = (name) => this.querySelector(`[data-part=${name}]`) || document.querySelector(`.exambar [data-part=${name}]`);
    this.mode = this.getAttribute("mode");
    if (this.mode === "replay") {
      this.view = new ReplayView(this, part);
      return;
    }
    for (const name of ["pad", "frame", "passage", "face", "saved", "say", "lines", "count", "slips", "work", "over", "kept"]) {
      this[name] = part(name);
    }
    this.exam = this.mode === "exam";
    this.records = [];
    this.last = this.keys = 0;
    this.announced = false;
    this.token = this.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
    this.sheet = new Sheet(this.passage);
    this.room = new Pad(this.pad, this.frame);
    if (this.exam) this.resume();
    else if (this.mode === "practice") this.begin(Number(this.dataset.elapsed), Number(this.dataset.duration));
    else {
      this.sheet.add(this.inPage());
      this.pad.addEventListener("focus", () => this.begin(0, Number(this.dataset.duration)), { once: true });
    }
  }

  disconnectedCallback() {
    clearInterval(this.beat);
    this.quiet?.abort();
    this.rest?.end();
    this.view?.end();
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
    this.outbox ||= new Outbox({
      attempt: Number(this.dataset.attempt),
      url: this.dataset.batch,
      token: this.token,
      report: (state, refusal) => this.report(state, refusal),
      heard: (answer) => this.setClock(answer.elapsed_ms),
      clock: () => this.rest.ask(true),
    });
    this.rest ||= new Rest(this);
    if (this.resuming) return;
    this.resuming = true;
    this.report("waiting");
    try {
      let answer = await this.ask();
      if (await this.outbox.resume(answer)) {
        answer = await this.ask();
        await this.outbox.resume(answer);
      }
      this.rest.going = false;
      if (this.outbox.stopped) return;
      if (answer.paused) {
        this.rest.stand(answer.elapsed_ms);
        this.report("saved");
        return;
      }
      this.unlock();
      if (!answer.open) {
        this.lock(answer.text);
        this.hand();
        return;
      }
      this.last = answer.t;
      this.pad.value = answer.text;
      this.setClock(answer.elapsed_ms);
      const { state, record } = reduce(start(answer.raw), { type: "resume", value: answer.text, inputType: "", isComposing: false });
      this.state = state;
      if (record) this.write(record);
      this.begin(answer.elapsed_ms, answer.duration_ms, answer);
      if (!this.locked) this.report("saved");
    } catch (error) {
      if (error instanceof Refusal) this.report("refused", error);
      else {
        this.report(error instanceof SignedOut ? "signedout" : "offline");
        setTimeout(() => this.resume(), BATCH_MS);
      }
    } finally {
      this.resuming = false;
    }
  }

  async ask() {
    const answer = await post(this.dataset.resume, this.token, {});
    Object.assign(this, { duration: answer.duration_ms, generation: answer.generation });
    return answer;
  }

  begin(elapsed, duration, server = null) {
    this.setClock(elapsed);
    this.duration = duration;
    this.state = this.state || start(this.pad.value);
    this.chunks = server ? { ends: [], count: server.count, asking: false } : null;
    this.work.hidden = false;
    if (server) server.chunks.forEach((chunk) => this.addChunk(chunk));
    else if (this.mode === "practice") this.sheet.add(this.inPage());
    this.total = server ? server.lines : this.sheet.rows.length;
    this.listen();
    this.beat = setInterval(() => this.tick(), 200);
    if (navigator.webdriver) this.note("automated");
    if (looksLikeTouch()) this.note("touch");
    this.settle();
    if (this.mode !== "warmup") this.pad.focus({ preventScroll: true });
    this.tick();
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
    on(this.pad, "keydown", (event) => {
      if (!event.repeat && !SILENT_KEYS.includes(event.key)) this.keys += 1; // counted, never judged
    });
    // The way to "Hand in" leads out of the field too: only what leaves the test is noted.
    on(this.pad, "blur", (event) => {
      if (!event.relatedTarget || !this.contains(event.relatedTarget)) this.note("blur");
    });
    on(document, "selectionchange", () => {
      if (document.activeElement === this.pad && !this.state.composing && !this.locked) this.room.settle();
    });
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
    if (!this.locked && this.exam) this.write({ kind: "note", what });
  }

  write(record) {
    if (this.mode === "warmup" || (!this.exam && this.records.length >= MOST_RECORDS)) return;
    this.last = Math.max(this.last, this.exam ? this.now : Math.min(this.now, this.duration));
    this.records.push({ t: this.last, ...record });
  }

  tick() {
    if (this.locked) return;
    const left = Math.max(0, this.duration - this.now);
    this.show(left);
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

  show(left) {
    const seconds = Math.ceil(left / 1000);
    this.face.textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
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
    if (this.exam) {
      await this.outbox.flush();
      // The time was up by this page's clock; the invigilator may have stopped the server's.
      if (!this.form) await this.rest.ask().catch(() => {});
      if (!this.form && (this.rest.standing || this.rest.going)) return;
    }
    this.hand();
  }

  // The clock stands: what was taken down after that moment is dropped, and the passage is out of sight until it goes on.
  hold(elapsed) {
    this.locked = true;
    clearInterval(this.beat);
    this.work.hidden = true;
    this.show(this.duration - elapsed);
    const kept = this.records.splice(0).filter(({ t }) => t <= elapsed);
    if (kept.length && !this.outbox.stopped) this.outbox.add(kept);
  }

  // As after a reload: nothing on the page is older than what the server says next.
  unlock() {
    this.quiet?.abort();
    clearInterval(this.beat);
    this.locked = false;
    this.ahead = undefined;
    this.passage.replaceChildren();
    this.sheet = new Sheet(this.passage);
    this.kept.hidden = this.over.hidden = true;
    this.frame.hidden = false;
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
    renewForms(this);
    const fill = (name, value) => {
      const field = form.querySelector(`[name=${name}]`);
      if (field) field.value = value;
    };
    fill("text", this.kept.textContent);
    const batches = [];
    for (let from = 0; from < this.records.length; from += 500) batches.push(pack(this.records.slice(from, from + 500)));
    fill("records", JSON.stringify(batches));
    fill("keys", this.keys);
    form.submit();
  }

  report(state, refusal) {
    if (!this.saved) return;
    this.saved.className = `saved ${{ saved: "", waiting: "waiting", offline: "waiting", signedout: "failed", refused: "failed" }[state]}`;
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

  addChunk(lines) {
    this.sheet.add(lines);
    this.chunks.ends.push(this.sheet.text.length);
  }

  // The server gives a piece once everything up to the third before it is typed: two are always ahead.
  async more() {
    const { chunks } = this;
    const next = chunks?.ends.length;
    if (!chunks || chunks.asking || next >= chunks.count || this.sheet.typed < chunks.ends[next - 3]) return;
    chunks.asking = true;
    try {
      this.cut();
      await this.outbox.flush();
      const response = await fetch(this.dataset.chunk.replace("/0/", `/${next}/`), { redirect: "error" });
      if (response.ok && chunks === this.chunks) this.addChunk((await response.json()).lines);
    } catch {
      // Two pieces are always ahead; the next commit asks again.
    } finally {
      chunks.asking = false;
    }
  }

  // After a commit, never while composing: marks the current line and keeps free lines under the caret.
  settle() {
    const { committed } = this.state;
    const row = this.sheet.follow(committed);
    this.fillWords(this.lines, { now: row, all: this.total });
    this.fillWords(this.count, { count: this.sheet.typed });
    if (this.mode === "practice" && committed !== this.checked) {
      this.checked = committed;
      this.fillWords(this.slips, { count: this.sheet.check(committed).length });
    }
    this.more();
    this.room.settle();
  }

  fillWords(place, values) {
    if (!place) return;
    const words = place.dataset.words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
    if (place.textContent !== words) place.textContent = words;
  }
}
customElements.define("typing-test", TypingTest);
