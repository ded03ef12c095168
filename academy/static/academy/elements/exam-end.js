// <exam-end url signed-in-url>: on the page that only waits for the hand-in. When the clock is over it opens `url`; the server ends the
// paper. Whoever was signed out meanwhile signs in again in place before the form is sent.
import { askToSignIn, renewForms, signedIn } from "./exam/session.js";

class ExamEnd extends HTMLElement {
  connectedCallback() {
    this.over = () => setTimeout(() => location.assign(this.getAttribute("url")), 6000);
    document.addEventListener("timeup", this.over);
    this.addEventListener("submit", (event) => this.submitted(event));
  }

  disconnectedCallback() {
    document.removeEventListener("timeup", this.over);
  }

  async submitted(event) {
    const form = event.target;
    event.preventDefault();
    if (this.sending) return;
    this.sending = true;
    const url = this.getAttribute("signed-in-url");
    const known = await signedIn(url).catch(() => true); // no connection: the browser says so itself
    if (!known) {
      await askToSignIn(document.querySelector("dialog[data-sign-in]"), url);
      renewForms(this);
    }
    form.submit();
  }
}
customElements.define("exam-end", ExamEnd);
