// <call-recording>: marks of a recording become buttons that play from there; the mark being heard is shown.
class CallRecording extends HTMLElement {
  connectedCallback() {
    this.audio = this.querySelector("audio");
    this.marks = [...this.querySelectorAll("[data-at]")];
    if (!this.audio) return;
    for (const mark of this.marks) {
      const at = mark.querySelector(".at");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "at";
      button.textContent = at.textContent;
      button.addEventListener("click", () => this.play(mark));
      at.replaceWith(button);
    }
    this.audio.addEventListener("timeupdate", () => this.follow());
  }

  play(mark) {
    this.audio.currentTime = Number(mark.dataset.at);
    this.audio.play();
  }

  follow() {
    const heard = this.marks.filter(({ dataset }) => Number(dataset.at) <= this.audio.currentTime).at(-1);
    for (const mark of this.marks) {
      if (mark === heard) mark.setAttribute("aria-current", "true");
      else mark.removeAttribute("aria-current");
    }
  }
}
customElements.define("call-recording", CallRecording);
