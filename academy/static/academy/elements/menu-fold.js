// <menu-fold> around a <details>: folds on Escape, on a click elsewhere, and when the focus leaves.
class MenuFold extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && details.open) {
        details.open = false;
        details.querySelector("summary").focus();
      }
    });
    this.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.contains(event.relatedTarget)) details.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!this.contains(event.target)) details.open = false;
    });
  }
}
customElements.define("menu-fold", MenuFold);
