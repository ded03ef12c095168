// <package-player> around the frame of a SCORM package: takes what the package reports and passes it to the server. The
// frame has no origin; who speaks is known by its window only.
const RETRY = 5000;

class PackagePlayer extends HTMLElement {
  connectedCallback() {
    this.frame = this.querySelector("iframe");
    this.status = this.querySelector(".package-status");
    this.url = this.getAttribute("url");
    this.step = Number(this.getAttribute("step"));
    this.state = JSON.parse(this.getAttribute("state") || "{}");
    this.listener = (event) => this.heard(event);
    addEventListener("message", this.listener);
  }

  disconnectedCallback() {
    removeEventListener("message", this.listener);
  }

  heard(event) {
    if (event.data?.academy !== "package" || !this.holds(event.source)) return;
    const changes = Object.entries(event.data.changes || {}).filter(([, value]) => typeof value === "string");
    Object.assign(this.state, Object.fromEntries(changes));
    this.tellOthers(this.frame.contentWindow, event);
    if (!this.url || changes.length === 0) return;
    this.changed = true;
    this.send();
  }

  // The frame itself or a frame inside it.
  holds(source) {
    for (let window_ = source; window_ && window_ !== window; window_ = window_.parent) {
      if (window_ === this.frame.contentWindow) return true;
      if (window_ === window_.parent) return false;
    }
    return false;
  }

  // Every page of a package has an API of its own: they stay of one mind.
  tellOthers(window_, event) {
    if (window_ !== event.source) {
      window_.postMessage({ ...event.data, academy: "page" }, "*");
    }
    for (let place = 0; place < window_.length; place += 1) this.tellOthers(window_[place], event);
  }

  async send() {
    if (this.sending || !this.changed) return;
    this.sending = true;
    this.changed = false;
    this.step += 1;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("enrolment", this.getAttribute("enrolment"));
    body.set("state", JSON.stringify(this.state));
    body.set("step", String(this.step));
    let again = 0;
    try {
      const response = await fetch(this.url, { method: "POST", body, redirect: "error" });
      if (response.status >= 500) throw new Error(String(response.status));
      if (response.ok) {
        const kept = await response.json();
        this.step = Math.max(this.step, kept.step);
        this.status.textContent = kept.completed ? this.dataset.completed : this.dataset.saved;
        if (kept.completed) this.dispatchEvent(new CustomEvent("lesson-changed", { bubbles: true }));
      } else {
        this.status.textContent = this.dataset.stale;
      }
    } catch {
      this.changed = true;
      this.status.textContent = this.dataset.waiting;
      again = RETRY;
    }
    this.sending = false;
    if (this.changed) setTimeout(() => this.send(), again);
  }
}
customElements.define("package-player", PackagePlayer);
