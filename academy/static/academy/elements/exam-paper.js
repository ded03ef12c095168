// <exam-paper>: the paper with script. All questions are in the page, so moving between them needs no connection.
// Every change is kept in localStorage first, sent within two seconds, and taken out only when the server says it has it.
// Without script each question is a plain form that posts and leads to the next.
const RETRY = 3000;
const CLOCK = 30000;

class ExamPaper extends HTMLElement {
  connectedCallback() {
    this.key = `exam-${this.getAttribute("attempt")}`;
    this.status = document.querySelector("[data-status]");
    this.countDown = document.querySelector("count-down");
    this.sections = [...this.querySelectorAll("[data-question]")];
    this.seqs = {};
    for (const section of this.sections) this.seqs[section.dataset.question] = Number(section.dataset.seq);
    this.waiting = this.read();
    for (const [position, entry] of Object.entries(this.waiting)) this.restore(position, entry);
    this.addEventListener("change", (event) => this.changed(event, 0));
    this.addEventListener("input", (event) => /^(text|gap-\d+)$/.test(event.target.name) && this.changed(event, 1200));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.review = document.querySelector(".exambar [data-review]");
    this.leave = (event) => {
      event.preventDefault();
      this.toReview();
    };
    if (this.review) this.review.addEventListener("click", this.leave);
    this.online = () => this.flush();
    window.addEventListener("online", this.online);
    document.addEventListener("timeup", () => this.timeUp());
    this.beat = setInterval(() => this.askClock(), CLOCK);
    this.count();
    if (Object.keys(this.waiting).length) this.flush();
  }

  disconnectedCallback() {
    clearInterval(this.beat);
    window.removeEventListener("online", this.online);
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) || {};
    } catch {
      return {};
    }
  }

  keep() {
    try {
      if (Object.keys(this.waiting).length) localStorage.setItem(this.key, JSON.stringify(this.waiting));
      else localStorage.removeItem(this.key);
    } catch {
      // Storage may be full or forbidden: the answers still wait in this page.
    }
  }

  section(position) {
    return this.querySelector(`[data-question="${position}"]`);
  }

  // What the controls of a question say, in the shape that the server keeps.
  answer(section) {
    const form = section.querySelector("form");
    const said = (name) => [...form.querySelectorAll(`[name^="${name}-"]`)].map((input) => input.value);
    const places = (name) => said(name).map((value) => (value === "" ? null : Number(value)));
    const some = (values) => values.some((value) => value !== null && String(value).trim() !== "");
    if (form.querySelector("[name^=gap-]")) {
      const gaps = said("gap").map((value) => (/^place:\d+$/.test(value) ? Number(value.slice(6)) : value));
      return some(gaps) ? { gaps } : {};
    }
    if (form.querySelector("[name^=pair-]")) return some(places("pair")) ? { pairs: places("pair") } : {};
    if (form.querySelector("[name^=sequence-]")) {
      const at = places("sequence");
      const sequence = at.map((_, place) => (at.includes(place) ? at.indexOf(place) : null));
      return some(sequence) ? { sequence } : {};
    }
    const kept = form.querySelector("[name=kept]");
    if (kept) return kept.value ? { file: Number(kept.value) } : {};
    const text = form.querySelector("[name=text]");
    if (text) return text.value.trim() ? { text: text.value } : {};
    const truth = form.querySelector("[name=answer]:checked");
    if (form.querySelector("[name=answer]")) return truth ? { answer: truth.value === "true" } : {};
    const chosen = [...form.querySelectorAll("[name=chosen]:checked")].map((input) => Number(input.value));
    return chosen.length ? { chosen } : {};
  }

  // An answer that an earlier page could not send is put back, if the server has nothing newer.
  restore(position, entry) {
    const section = this.section(position);
    if (!section || entry.seq <= this.seqs[position]) {
      delete this.waiting[position];
      return;
    }
    this.seqs[position] = entry.seq;
    const { answer } = entry;
    const gap = (value) => (typeof value === "number" ? `place:${value}` : value);
    for (const input of section.querySelectorAll("input, select, textarea")) {
      const [name, place] = input.name.split("-");
      if (name === "text") input.value = answer.text || "";
      if (name === "answer") input.checked = answer.answer === (input.value === "true");
      if (name === "chosen") input.checked = (answer.chosen || []).includes(Number(input.value));
      if (name === "gap") input.value = gap((answer.gaps || [])[place]) ?? "";
      if (name === "pair") input.value = (answer.pairs || [])[place] ?? "";
      if (name === "sequence") input.value = String((answer.sequence || []).indexOf(Number(place))).replace("-1", "");
      if (name === "kept") input.value = answer.file || "";
      if (name === "marked") input.checked = entry.marked;
    }
  }

  changed(event, delay) {
    const section = event.target.closest("[data-question]");
    if (!section) return;
    this.note(section);
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.flush(), delay);
  }

  note(section) {
    const position = section.dataset.question;
    const seq = ++this.seqs[position];
    section.querySelector("[name=seq]").value = seq + 1;
    const marked = section.querySelector("[name=marked]").checked;
    this.waiting[position] = { seq, answer: this.answer(section), marked };
    this.keep();
    this.count();
    this.say("saving", "waiting");
  }

  async flush() {
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
    const answers = Object.entries(this.waiting).map(([position, entry]) => ({ position: Number(position), ...entry }));
    if (!answers.length) {
      this.say("saved");
      return;
    }
    clearTimeout(this.retry);
    let codes;
    try {
      const stop = new AbortController();
      const patience = setTimeout(() => stop.abort(), 10000);
      const response = await fetch(this.getAttribute("save-url"), {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.querySelector("[name=csrfmiddlewaretoken]").value },
        body: JSON.stringify({ token: this.getAttribute("token"), answers }),
        signal: stop.signal,
      });
      clearTimeout(patience);
      if (response.redirected || response.status === 403) {
        location.reload(); // signed out: the answers wait here for the next sign-in
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      codes = (await response.json()).codes;
    } catch {
      this.say("offline", "failed");
      this.retry = setTimeout(() => this.flush(), RETRY);
      return;
    }
    for (const { position, seq } of answers) {
      const kept = this.waiting[position];
      if (codes[position] !== "superseded" && kept && kept.seq === seq) delete this.waiting[position];
    }
    const said = Object.values(codes);
    if (said.includes("ended")) this.waiting = {};
    this.keep();
    if (said.includes("ended") || said.includes("superseded")) {
      location.assign(this.getAttribute("paper-url"));
      return;
    }
    if (said.includes("stale")) {
      location.reload(); // a copy of this tab wrote something newer: show it
      return;
    }
    if (Object.keys(this.waiting).length) this.again = true;
    else this.say("saved");
  }

  say(word, look = "") {
    if (!this.status) return;
    const sentence = this.status.dataset[word];
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
    else this.show(Math.min(Number(section.dataset.question) + 1, this.sections.length)); // Enter in a text field
  }

  show(position) {
    this.flush();
    for (const section of this.sections) section.hidden = section.dataset.question !== String(position);
    for (const link of this.querySelectorAll("a[data-go]")) {
      if (Number(link.dataset.go) === position) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.querySelector("[data-at]").textContent = `${position} / ${this.sections.length}`;
    history.replaceState(null, "", `${this.getAttribute("paper-url")}?tab=${this.getAttribute("tab")}&q=${position}`);
    const legend = this.querySelector(`#q${position}`);
    legend.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  async toReview() {
    await this.flush();
    if (!Object.keys(this.waiting).length) location.assign(document.querySelector(".exambar [data-review]").href);
  }

  count() {
    let answered = 0;
    let marked = 0;
    for (const section of this.sections) {
      const done = Object.keys(this.answer(section)).length > 0;
      const mark = section.querySelector("[name=marked]").checked;
      answered += done;
      marked += mark;
      const link = this.querySelector(`nav a[data-go="${section.dataset.question}"]`);
      link.classList.toggle("done", done);
      link.classList.toggle("mark", mark);
      const word = link.querySelector("[data-word]");
      word.textContent = [done && word.dataset.done, mark && word.dataset.mark].filter(Boolean).join(" ");
    }
    this.querySelector("[data-answered]").textContent = answered;
    this.querySelector("[data-marked]").textContent = marked;
    this.querySelector("[data-unanswered]").textContent = this.sections.length - answered;
  }

  async askClock() {
    try {
      const response = await fetch(this.getAttribute("clock-url"), { headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) return;
      const { open, tab, seconds } = await response.json();
      if (!open || String(tab) !== this.getAttribute("tab")) location.assign(this.getAttribute("paper-url"));
      else if (this.countDown && Math.abs(this.countDown.left - seconds) > 2) this.countDown.restart(seconds);
    } catch {
      // No connection: the clock of this page runs on, the server's decides.
    }
  }

  async timeUp() {
    for (const field of this.querySelectorAll("fieldset")) field.disabled = true;
    await this.flush();
    this.say("over", "waiting");
    setTimeout(() => location.assign(this.getAttribute("paper-url")), 6000);
  }
}
customElements.define("exam-paper", ExamPaper);
