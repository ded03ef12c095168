// <toast-note>: a message with a button that puts it away; good news leaves by itself after eight seconds unless read.
class ToastNote extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => this.remove());
    }
    if (!this.classList.contains("success") && !this.classList.contains("info")) return;
    let timer = setTimeout(() => this.remove(), 8000);
    const stay = () => clearTimeout(timer);
    const leave = () => { timer = setTimeout(() => this.remove(), 4000); };
    this.addEventListener("pointerenter", stay);
    this.addEventListener("focusin", stay);
    this.addEventListener("pointerleave", leave);
    this.addEventListener("focusout", leave);
  }
}
customElements.define("toast-note", ToastNote);
