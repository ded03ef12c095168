// <lesson-reader> around a lesson: reports the block in view, the seconds read (only while the page is visible and somebody
// is there) and whether the end was seen, and keeps the list of what is still asked for current. What cannot be sent waits
// in this browser. Without script the lesson reads the same, and its button alone says that it is done.
import { of, keep, drop } from "./lesson/waiting.js";
import { deliver } from "./lesson/courier.js";

const EVERY = 20; // seconds between reports
const SETTLED = 5; // seconds on the page before its place counts
const IDLE = 90000; // without a sign of life for so long nobody is reading
const AGAIN = 10000;

class LessonReader extends HTMLElement {
  connectedCallback() {
    this.seconds = Number(this.getAttribute("seconds"));
    this.step = Number(this.getAttribute("step"));
    this.visit = this.fresh = 0;
    this.end = false;
    this.alive = this.last = performance.now();
    this.blocks = [...this.querySelectorAll(".lesson-block")];
    this.foot = this.querySelector("[data-end]");
    this.form = this.querySelector("[data-done]");
    this.status = this.querySelector("[data-status]");
    this.stop = new AbortController();
    const { signal } = this.stop;
    for (const sign of ["pointermove", "pointerdown", "keydown", "scroll", "touchstart"])
      window.addEventListener(sign, () => (this.alive = performance.now()), { passive: true, signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.fresh && this.report(), { signal });
    window.addEventListener("online", () => this.report(), { signal });
    this.addEventListener("lesson-changed", () => this.report(), { signal });
    this.form?.addEventListener("submit", (event) => this.finish(event), { signal });
    this.clock = setInterval(() => this.tick(), 1000);
    this.resume();
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    clearTimeout(this.retry);
    this.stop.abort();
  }

  // An earlier visit may have left something.
  async resume() {
    const mine = (await of(this.getAttribute("person"))).find((row) => row.lesson === this.getAttribute("lesson"));
    if (!mine) return;
    if (mine.round === this.getAttribute("round")) {
      this.seconds = Math.max(this.seconds, mine.seconds);
      this.end ||= mine.end;
      this.doneUrl = mine.doneUrl;
      this.oldPlace = mine.place;
    }
    await this.report();
  }

  tick() {
    const now = performance.now();
    const passed = Math.min(now - this.last, 1500) / 1000;
    this.last = now;
    if (document.hidden) return;
    if (now - this.alive < IDLE) {
      this.seconds += passed;
      this.visit += passed;
      this.fresh += passed;
    }
    if (this.look() || this.fresh >= EVERY) this.report();
  }

  // Whether the end has come into view since it was last asked.
  look() {
    if (this.end || !this.foot || this.foot.getBoundingClientRect().top > window.innerHeight) return false;
    this.end = true;
    return true;
  }

  place() {
    if (this.visit < SETTLED) return this.oldPlace || "";
    const line = window.innerHeight * 0.4;
    const above = this.blocks.filter((block) => block.getBoundingClientRect().top <= line);
    return (above.at(-1) || this.blocks[0])?.id.replace("block-", "") || "";
  }

  row() {
    this.step += 1;
    this.fresh = 0;
    return {
      person: this.getAttribute("person"),
      lesson: this.getAttribute("lesson"),
      round: this.getAttribute("round"),
      url: this.getAttribute("url"),
      doneUrl: this.doneUrl || "",
      step: this.step,
      place: this.place(),
      seconds: Math.floor(this.seconds),
      end: this.end,
      at: Date.now(),
    };
  }

  // One report after the other; what happens meanwhile goes with the next.
  async report() {
    if (this.over) return;
    if (this.sending) {
      this.more = true;
      return;
    }
    clearTimeout(this.retry);
    this.sending = true;
    const row = this.row();
    await keep(row);
    try {
      await this.heard(row, await deliver(row));
    } catch {
      this.say(this.doneUrl ? "doneWaiting" : "waiting");
      this.retry = setTimeout(() => this.report(), AGAIN);
    }
    this.sending = false;
    if (this.more) {
      this.more = false;
      this.report();
    }
  }

  async heard(row, { answer, code, sentence }) {
    if (code === "another_person") {
      this.over = true;
      this.say("other");
      return;
    }
    await drop(row);
    if (code === "missing") {
      this.doneUrl = "";
      this.leaving = false;
      this.say("", sentence);
      this.more = true;
    } else if (code) {
      this.over = true;
      this.say("stale", sentence);
    } else if (answer.url) this.finished(answer.url);
    else {
      this.step = Math.max(this.step, answer.step);
      this.seconds = Math.max(answer.seconds + this.fresh, answer.done ? this.seconds : 0);
      for (const asked of answer.requirements) this.tell(asked);
      if (this.status?.classList.contains("failed")) this.say("sent");
    }
  }

  tell({ code, met, label }) {
    const item = this.querySelector(`[data-code="${code}"]`);
    if (!item) return;
    item.classList.toggle("met", met);
    item.querySelector(".dot").classList.toggle("done", met);
    item.querySelector("[data-met]").hidden = !met;
    item.querySelector("[data-label]").textContent = label;
  }

  finish(event) {
    if (this.over) return; // the plain form says what is wrong
    event.preventDefault();
    this.look();
    this.doneUrl = this.form.action;
    this.leaving = true;
    this.report();
  }

  finished(url) {
    this.over = true;
    clearInterval(this.clock);
    if (this.leaving) {
      location.assign(url);
      return;
    }
    const link = document.createElement("a");
    link.className = "button";
    link.href = url;
    link.textContent = this.status.dataset.goOn;
    this.say("done");
    this.form?.replaceWith(link);
  }

  say(state, words) {
    if (!this.status) return;
    const failed = ["waiting", "doneWaiting", "other", "stale"].includes(state);
    if (failed) this.leaving = false; // who was told to wait is not led away later
    this.status.textContent = words || this.status.dataset[state];
    this.status.classList.toggle("failed", failed);
  }
}
customElements.define("lesson-reader", LessonReader);
