// <exam-end url>: on a page that only waits for the hand-in, opens `url` when the clock is over; the server ends the paper.
class ExamEnd extends HTMLElement {
  connectedCallback() {
    this.over = () => setTimeout(() => location.assign(this.getAttribute("url")), 6000);
    document.addEventListener("timeup", this.over);
  }

  disconnectedCallback() {
    document.removeEventListener("timeup", this.over);
  }
}
customElements.define("exam-end", ExamEnd);
