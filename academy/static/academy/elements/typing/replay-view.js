// The replay of an ended test: play, pause, seek and speed by native controls, the passage beside the text as it grew.
import { Player } from "./player.js";
import { Sheet } from "./sheet.js";

const STEP_MS = 100;
const words = (ms) => `${String(Math.floor(ms / 60000)).padStart(2, "0")}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

export class ReplayView {
  constructor(host, part) {
    this.host = host;
    for (const name of ["passage", "text", "play", "seek", "rate", "face", "event", "work", "failed"]) this[name] = part(name);
    const fold = host.closest("details");
    if (!fold || fold.open) this.load();
    else fold.addEventListener("toggle", () => this.load(), { once: true });
  }

  async load() {
    try {
      const response = await fetch(this.host.dataset.recording, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!response.ok) throw new TypeError("no answer");
      this.begin(await response.json());
    } catch {
      this.failed.hidden = false;
    }
  }

  begin(recording) {
    this.duration = recording.duration_ms;
    this.moments = recording.moments;
    this.player = new Player(recording.changes);
    this.work.hidden = false;
    this.sheet = new Sheet(this.passage);
    this.sheet.add(recording.lines);
    this.seek.max = this.duration;
    this.t = 0;
    this.play.addEventListener("click", () => this.toggle());
    this.seek.addEventListener("input", () => this.go(Number(this.seek.value)));
    // Where in the page a moment is named, a button leads to it.
    for (const button of document.querySelectorAll(`[data-moment][data-of="${this.host.id}"]`)) {
      button.disabled = false;
      button.addEventListener("click", () => {
        this.stop();
        this.go(Math.max(0, Number(button.dataset.moment) - 2000));
        this.play.focus();
      });
    }
    this.go(0);
  }

  toggle() {
    if (this.beat) this.stop();
    else {
      if (this.t >= this.duration) this.go(0);
      this.since = performance.now();
      this.beat = setInterval(() => this.tick(), STEP_MS);
      this.name("pause");
    }
  }

  stop() {
    clearInterval(this.beat);
    this.beat = null;
    this.name("play");
  }

  // One button with two drawings: what it would do next.
  name(what) {
    for (const face of this.play.querySelectorAll("[data-when]")) face.hidden = face.dataset.when !== what;
  }

  tick() {
    const now = performance.now();
    this.go(this.t + (now - this.since) * Number(this.rate.value));
    this.since = now;
    if (this.t >= this.duration) this.stop();
  }

  go(t) {
    this.t = Math.min(Math.max(0, Math.round(t)), this.duration);
    const changed = this.player.seek(this.t);
    this.seek.value = this.t;
    const shown = `${words(this.t)} / ${words(this.duration)}`;
    if (this.face.textContent !== shown) {
      this.face.textContent = shown;
      this.seek.setAttribute("aria-valuetext", shown);
    }
    const last = this.moments.filter(([at]) => at <= this.t && at > this.t - 3000).map(([, name]) => name);
    const named = [...new Set(last)].join(" · ");
    if (this.event.textContent !== named) this.event.textContent = named;
    if (changed || !this.drawn) this.draw();
  }

  draw() {
    this.drawn = true;
    const [before, open, after] = this.player.pieces();
    const composing = document.createElement("u");
    composing.textContent = open;
    const caret = document.createElement("i");
    caret.className = "caret";
    this.text.replaceChildren(before, composing, caret, after);
    this.text.scrollTop = caret.offsetTop - this.text.clientHeight / 2;
    const committed = this.player.committed.join("");
    if (committed !== this.last) {
      this.last = committed;
      this.sheet.follow(committed);
      this.sheet.check(committed);
    }
  }

  end() {
    clearInterval(this.beat);
  }
}
