// <exam-paper>: the paper with script. All questions are in the page, so moving between them needs no connection.
// Every change is kept on this computer first (exam/waiting.js), sent within two seconds under the tab's signed token, and
// taken out only when the server has it. Without script each question is a plain form that posts and leads to the next.
import { answerOf, putBack } from "./exam/controls.js";
import { deliver, FINAL, post } from "./exam/courier.js";
import { askToSignIn, renewForms, signedIn } from "./exam/session.js";
import { all, drop, keep } from "./exam/waiting.js";

const SOON = 1200;
const RETRY = [1000, 2000, 4000, 8000, 15000];
const BEAT = 8000;
const GRACE = 6000;

class ExamPaper extends HTMLElement {
  connectedCallback() {
    this.attempt = Number(this.getAttribute("attempt"));
    this.status = document.querySelector("[data-status]");
    this.countDown = document.querySelector("count-down");
    this.sections = [...this.querySelectorAll("[data-question]")];
    this.at = Number(this.getAttribute("at"));
    this.away = Number(this.getAttribute("away"));
    this.setClock(Number(this.getAttribute("now")));
    this.seqs = {};
    this.spent = {};
    for (const section of this.sections) {
      this.seqs[section.dataset.question] = Number(section.dataset.seq);
      this.spent[section.dataset.question] = Number(section.dataset.spent);
    }
    this.since = performance.now();
    this.waiting = {};
    this.failures = 0;
    this.addEventListener("change", (event) => this.changed(event, 0));
    this.addEventListener("input", (event) => this.written(event));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.review = document.querySelector(".exambar [data-review]");
    if (this.review) this.review.addEventListener("click", (event) => this.leave(event));
    this.listeners = [
      [window, "online", () => this.flush()],
      [window, "pagehide", () => this.flush()],
      [document, "timeup", () => this.timeUp()],
      [document, "keydown", (event) => this.pressed(event)],
      [document, "visibilitychange", () => (this.away += document.hidden)],
    ];
    for (const [target, name, listener] of this.listeners) target.addEventListener(name, listener);
    this.stands = document.querySelector("dialog[data-paused]");
    if (this.stands) this.stands.addEventListener("cancel", (event) => event.preventDefault());
    this.beat = setInterval(() => this.askClock(), BEAT);
    const keys = this.querySelector("[data-keys]");
    if (keys) keys.hidden = false;
    this.count();
    if (this.hasAttribute("paused")) this.pause(this.countDown.left);
    this.fetchWaiting();
  }

  disconnectedCallback() {
    clearInterval(this.beat);
    for (const [target, name, listener] of this.listeners) target.removeEventListener(name, listener);
  }

  // The server's clock, in ms since 1970, as far as this page knows it: the computer's own may be wrong by a day.
  setClock(now) {
    this.epoch = now - performance.now();
  }

  // Answers that an earlier visit could not send are put back, if the server has nothing newer, and sent.
  async fetchWaiting() {
    for (const row of await all()) {
      if (row.attempt !== this.attempt || this.waiting[row.position]) continue;
      this.waiting[row.position] = row;
      this.restore(row.position, row);
      if (!this.waiting[row.position]) drop(row);
    }
    this.count();
    if (Object.keys(this.waiting).length) this.flush();
  }

  section(position) {
    return this.querySelector(`[data-question="${position}"]`);
  }

  // An answer that an earlier page could not send is put back, if the server has nothing newer.
  restore(position, entry) {
    const section = this.section(position);
    if (!section || entry.seq <= this.seqs[position]) {
      delete this.waiting[position];
      return;
    }
    this.seqs[position] = entry.seq;
    putBack(section, entry);
  }

  written(event) {
    if (event.target.matches("textarea, input:not([type=radio], [type=checkbox], [type=file])")) this.changed(event, SOON);
  }

  changed(event, delay) {
    const section = event.target.closest("[data-question]");
    if (!section) return;
    this.note(section, event.target.type === "file" ? event.target.files[0] : undefined);
    if (delay) this.soon ||= setTimeout(() => this.flush(), delay);
    else this.flush();
  }

  note(section, blob) {
    const position = Number(section.dataset.question);
    const seq = ++this.seqs[position];
    section.querySelector("[name=seq]").value = seq + 1;
    this.tally();
    const row = {
      attempt: this.attempt,
      position,
      seq,
      answer: answerOf(section),
      marked: section.querySelector("[name=marked]").checked,
      spent_ms: this.spent[position],
      edited: Math.round(this.epoch + performance.now()),
      saveUrl: this.getAttribute("save-url"),
      lateUrl: this.getAttribute("late-url"),
      uploadUrl: section.querySelector("form").dataset.upload,
      token: this.getAttribute("token"),
    };
    if (blob) row.blob = blob;
    else if (this.waiting[position]?.blob) row.blob = this.waiting[position].blob;
    this.waiting[position] = row;
    keep(row);
    this.count();
    this.say("saving", "waiting");
  }

  // Adds the time since the last look to the question that is shown.
  tally() {
    const now = performance.now();
    if (!document.hidden) this.spent[this.at] += Math.round(now - this.since);
    this.since = now;
  }

  async flush() {
    clearTimeout(this.soon);
    this.soon = null;
    if (this.sending) {
      this.again = true;
      return this.sending;
    }
    this.sending = this.send();
    await this.sending;
    this.sending = null;
    if (this.again) {
      this.again = false;
      await this.flush();
    }
  }

  async send() {
    const token = this.getAttribute("token");
    const rows = Object.values(this.waiting).map((row) => ({ ...row, token }));
    if (!rows.length) {
      this.say("saved");
      return;
    }
    clearTimeout(this.retry);
    let told;
    try {
      told = await deliver(rows);
    } catch {
      this.say("offline", "failed");
      this.unsent();
      this.retry = setTimeout(() => this.flush(), RETRY[Math.min(this.failures++, RETRY.length - 1)]);
      return;
    }
    this.failures = 0;
    for (const row of rows) this.settled(row, told.codes[row.position], told.sentences[row.position]);
    this.unsent();
    const said = Object.values(told.codes);
    if (said.includes("superseded")) location.assign(`${this.getAttribute("paper-url")}?elsewhere=1`);
    else if (said.some((code) => ["ended", "kept", "late"].includes(code))) location.assign(this.getAttribute("paper-url"));
    else if (said.includes("stale")) location.reload(); // a copy of this tab wrote something newer: show it
    else if (said.includes("paused")) this.askClock();
    else if (Object.keys(this.waiting).length) this.again = true;
    else if (said.includes("refused")) this.sayText(Object.values(told.sentences).join(" "), "failed");
    else this.say("saved");
  }

  settled(row, code, sentence) {
    if (!FINAL.includes(code)) return;
    const section = this.section(row.position);
    if (code === "saved" && row.answer.file) this.handedIn(section, row);
    const words = section.querySelector("[data-refused]");
    if (words) words.textContent = sentence || "";
    const waits = this.waiting[row.position];
    if (waits && waits.seq === row.seq) delete this.waiting[row.position];
    drop(row);
  }

  handedIn(section, { answer, fileName }) {
    section.querySelector("[name=kept]").value = answer.file;
    const name = section.querySelector("[data-file-name]");
    if (fileName && name) name.textContent = fileName;
    const line = section.querySelector("[data-kept]");
    if (line) line.hidden = false;
    this.count();
  }

  // Says in words, at the question and in the navigator, what the server does not have yet.
  unsent() {
    for (const section of this.sections) {
      const position = section.dataset.question;
      const waits = position in this.waiting && this.failures > 0;
      section.querySelector("[data-unsent]").hidden = !waits;
      this.link(position).classList.toggle("unsent", waits);
      this.word(section);
    }
  }

  link(position) {
    return this.querySelector(`nav a[data-go="${position}"]`);
  }

  word(section) {
    const link = this.link(section.dataset.question);
    const word = link.querySelector("[data-word]");
    const words = ["done", "mark", "unsent"].filter((name) => link.classList.contains(name));
    word.textContent = words.map((name) => word.dataset[name]).join(" ");
  }

  say(word, look = "") {
    if (this.status) this.sayText(this.status.dataset[word], look);
  }

  sayText(sentence, look = "") {
    if (!this.status) return;
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.className = `saved ${look}`.trim();
  }

  clicked(event) {
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.show(Number(link.dataset.go));
  }

  submitted(event) {
    event.preventDefault();
    const section = event.target.closest("[data-question]");
    const button = event.submitter;
    if (button && button.hasAttribute("data-review")) this.toReview();
    else if (button && button.dataset.go) this.show(Number(button.dataset.go));
    else this.show(Number(section.dataset.question) + 1); // Enter in a text field
  }

  // Digits choose; N and P, or Alt with an arrow, turn the page; M marks for later. Not while something is written.
  pressed(event) {
    if (event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const arrow = event.altKey && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.altKey && !arrow) return;
    if (!arrow && event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    const turn = arrow || { n: 1, p: -1 }[event.key.toLowerCase()];
    const section = this.section(this.at);
    const choices = [...section.querySelectorAll("[name=chosen], [name=answer]")];
    if (turn) this.show(this.at + turn);
    else if (event.key.toLowerCase() === "m") section.querySelector("[name=marked]").click();
    else if (/^[1-9]$/.test(event.key) && choices[event.key - 1]) choices[event.key - 1].click();
    else return;
    event.preventDefault();
  }

  show(wanted) {
    const position = Math.min(Math.max(wanted, 1), this.sections.length);
    this.flush();
    this.tally();
    this.at = position;
    for (const section of this.sections) section.hidden = section.dataset.question !== String(position);
    for (const link of this.querySelectorAll("nav a[data-go]")) {
      if (Number(link.dataset.go) === position) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.querySelector("[data-at]").textContent = `${position} / ${this.sections.length}`;
    history.replaceState(null, "", `${this.getAttribute("paper-url")}?tab=${this.getAttribute("tab")}&q=${position}`);
    const legend = this.querySelector(`#q${position}`);
    if (legend) legend.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  leave(event) {
    event.preventDefault();
    this.toReview();
  }

  // Nothing is left behind: the review opens once the server has every answer, and the person is signed in.
  async toReview() {
    await this.flush();
    if (Object.keys(this.waiting).length) return;
    const url = this.getAttribute("signed-in-url");
    const known = await signedIn(url).catch(() => null);
    if (known === null) {
      this.say("offline", "failed");
      return;
    }
    if (!known) {
      await askToSignIn(document.querySelector("dialog[data-sign-in]"), url);
      renewForms(this);
    }
    location.assign(this.review.href);
  }

  count() {
    let answered = 0;
    let marked = 0;
    for (const section of this.sections) {
      const waits = this.waiting[section.dataset.question];
      const done = Object.keys(answerOf(section)).length > 0 || Boolean(waits && waits.blob);
      const mark = section.querySelector("[name=marked]").checked;
      answered += done;
      marked += mark;
      const link = this.link(section.dataset.question);
      link.classList.toggle("done", done);
      link.classList.toggle("mark", mark);
      this.word(section);
    }
    this.querySelector("[data-answered]").textContent = answered;
    this.querySelector("[data-marked]").textContent = marked;
    this.querySelector("[data-unanswered]").textContent = this.sections.length - answered;
  }

  // Asks how the clock stands: time given, a pause, an end and a newer tab reach the page this way.
  async askClock() {
    let clock;
    try {
      clock = await post(this.getAttribute("clock-url"), this.getAttribute("token"), { away: this.away });
    } catch {
      return; // no connection: the clock of this page runs on, the server's decides
    }
    this.setClock(clock.now);
    if (Object.keys(this.waiting).length && !clock.paused) this.flush();
    if (!clock.open) {
      if (!this.sending) location.assign(this.getAttribute("paper-url"));
      return;
    }
    if (String(clock.tab) !== this.getAttribute("tab")) {
      location.assign(`${this.getAttribute("paper-url")}?elsewhere=1`);
      return;
    }
    const extra = document.querySelector("[data-extra]");
    if (extra) {
      extra.hidden = !clock.extra;
      extra.textContent = extra.dataset.words.replace("#", Math.ceil(clock.extra / 60));
    }
    if (clock.paused) this.pause(clock.seconds);
    else this.goOn(clock.seconds);
  }

  pause(seconds) {
    if (this.countDown) this.countDown.hold(seconds);
    if (!this.stands || this.stands.open) return;
    for (const field of this.querySelectorAll("fieldset")) field.disabled = true;
    this.stands.showModal();
  }

  goOn(seconds) {
    if (!this.countDown) return;
    if (this.stands && this.stands.open) {
      this.stands.close();
      for (const field of this.querySelectorAll("fieldset")) field.disabled = false;
      this.countDown.restart(seconds);
      this.flush();
    } else if (Math.abs(this.countDown.left - seconds) > 1 && !this.over) this.countDown.restart(seconds);
    else if (this.over && seconds > 5) location.reload(); // time was given at the last moment
  }

  // What is on its way still counts within the grace; then the server ends the paper. Without a connection the page stays:
  // its answers wait here.
  async timeUp() {
    if (this.over) return;
    this.over = true;
    for (const field of this.querySelectorAll("fieldset")) field.disabled = true;
    await this.flush();
    this.say("over", "waiting");
    const go = async () => {
      const known = await signedIn(this.getAttribute("signed-in-url")).catch(() => null);
      if (known === null) setTimeout(go, RETRY[2]);
      else location.assign(this.getAttribute("paper-url"));
    };
    setTimeout(go, GRACE);
  }
}
customElements.define("exam-paper", ExamPaper);
