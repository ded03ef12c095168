// <keep-draft url> around a form: what is picked and written is sent as it is typed, so that nothing of it is lost.
// What the server does not have yet waits in this browser too, is put back after a crash, and is sent again.
const PAUSE = 800;
const RETRY = 5000;

class KeepDraft extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[data-status]");
    this.key = `draft-${this.getAttribute("url")}`;
    this.restore();
    this.changed = () => {
      this.hold();
      this.say("saving");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), PAUSE);
    };
    this.addEventListener("input", this.changed);
    this.addEventListener("change", this.changed);
    this.form.addEventListener("submit", () => this.done());
    this.hidden_ = () => document.visibilityState === "hidden" && this.held() && this.send(true);
    document.addEventListener("visibilitychange", this.hidden_);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.hidden_);
  }

  fields() {
    const names = [];
    for (const [name, value] of new FormData(this.form)) if (name !== "csrfmiddlewaretoken") names.push([name, value]);
    return names;
  }

  held() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return null;
    }
  }

  hold() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.fields()));
    } catch {
      // Storage may be full or forbidden: the form itself still holds everything.
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept then.
    }
  }

  restore() {
    const held = this.held();
    if (!held) return;
    try {
      for (const [name, value] of JSON.parse(held)) {
        for (const field of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
          if (field.type === "radio") field.checked = field.value === value;
          else if (field.type !== "hidden") field.value = value;
        }
      }
    } catch {
      this.drop();
      return;
    }
    this.send();
  }

  // Sent with the form itself from now on; a late draft would say nothing new.
  done() {
    clearTimeout(this.timer);
    this.ended = true;
    this.drop();
  }

  async send(leaving = false) {
    clearTimeout(this.timer);
    if (this.ended) return;
    const sent = JSON.stringify(this.fields());
    try {
      const answer = await fetch(this.getAttribute("url"), { method: "POST", body: new FormData(this.form), keepalive: leaving });
      if (answer.status === 404 || answer.status === 409) {
        this.drop();
        this.say("gone");
        return;
      }
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      if (this.held() === sent) this.drop();
      this.say("saved");
    } catch {
      this.say("waiting");
      this.timer = setTimeout(() => this.send(), RETRY);
    }
  }

  say(state) {
    if (!this.status) return;
    this.status.textContent = this.status.dataset[state];
    this.status.classList.toggle("waiting", state === "saving");
    this.status.classList.toggle("failed", state === "waiting" || state === "gone");
  }
}
customElements.define("keep-draft", KeepDraft);
