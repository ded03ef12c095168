// <count-down seconds="2467" soon="300" last="60">: shows the time left as minutes and seconds. The server's clock gave
// the seconds; the monotonic clock of the browser counts them, so a changed system time alters nothing.
// A polite line announces the thresholds in the words of data-soon and data-last. At zero: the event "timeup".
class CountDown extends HTMLElement {
  connectedCallback() {
    this.face = this.querySelector(".timer");
    this.say = this.querySelector("[aria-live=polite]");
    this.restart(Number(this.getAttribute("seconds")));
  }

  disconnectedCallback() {
    clearInterval(this.beat);
  }

  // The server may correct the time left with every answer it saves.
  restart(seconds) {
    clearInterval(this.beat);
    this.end = performance.now() + seconds * 1000;
    this.beat = setInterval(() => this.tick(), 250);
    this.tick();
  }

  // Somebody has stopped the clock: it shows what is left and stands.
  hold(seconds) {
    this.restart(seconds);
    clearInterval(this.beat);
  }

  tick() {
    const left = Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
    if (left === this.left) return;
    this.left = left;
    const hours = Math.floor(left / 3600);
    const pad = (number) => String(number).padStart(2, "0");
    const rest = `${pad(Math.floor((left % 3600) / 60))}:${pad(left % 60)}`;
    this.face.textContent = hours ? `${hours}:${rest}` : rest;
    for (const name of ["last", "soon"]) {
      const threshold = Number(this.getAttribute(name) || 0);
      this.face.classList.toggle(name, left <= threshold);
    }
    for (const name of ["last", "soon"]) {
      if (left <= Number(this.getAttribute(name) || 0) && this.said !== "last" && this.said !== name) {
        this.said = name;
        if (this.say) this.say.textContent = this.dataset[name] || "";
        break;
      }
    }
    if (left === 0) {
      clearInterval(this.beat);
      this.dispatchEvent(new CustomEvent("timeup", { bubbles: true }));
    }
  }
}
customElements.define("count-down", CountDown);
