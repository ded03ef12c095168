// <quick-check> around the form of a question: shows right or wrong in place. Without script the page itself comes back.
class QuickCheck extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(event.target);
    });
  }

  async ask(form) {
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "HX-Request": "true" },
        redirect: "error",
      });
      if (!response.ok) throw new Error(response.status);
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("form");
      const answer = fresh.querySelector(".check-answer");
      // The live region stays in the page, so that the answer is read aloud; the form keeps what was chosen.
      form.querySelector(".check-answer").replaceChildren(...answer.childNodes);
      form.querySelector("button").textContent = fresh.querySelector("button").textContent;
      this.dispatchEvent(new CustomEvent("lesson-changed", { bubbles: true }));
    } catch {
      form.submit(); // the page that comes back says what is wrong
    }
  }
}
customElements.define("quick-check", QuickCheck);
