// <dialog-opener> around a <details class="confirm-fallback"> whose <summary> is the button and whose content is the form.
// With script the content opens as a modal dialog; without, it unfolds where it stands.
class DialogOpener extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    const content = details && details.querySelector("summary + div");
    if (!content || !window.HTMLDialogElement) return;
    const dialog = document.createElement("dialog");
    const heading = content.querySelector("h2");
    if (heading) dialog.setAttribute("aria-labelledby", heading.id);
    dialog.append(content);
    this.append(dialog);
    for (const button of content.querySelectorAll("[data-close]")) {
      button.hidden = false;
      button.addEventListener("click", () => dialog.close());
    }
    const summary = details.querySelector("summary");
    summary.setAttribute("role", "button");
    summary.setAttribute("aria-haspopup", "dialog");
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => summary.focus());
  }
}
customElements.define("dialog-opener", DialogOpener);
