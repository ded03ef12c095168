// <keyboard-question>: asks, on what looks like a phone or tablet, whether a keyboard is attached; silent elsewhere.
import { looksLikeTouch } from "./typing/keyboard.js";

class KeyboardQuestion extends HTMLElement {
  connectedCallback() {
    if (!looksLikeTouch()) return;
    this.firstElementChild.hidden = false;
    this.querySelector("input").required = true;
  }
}
customElements.define("keyboard-question", KeyboardQuestion);
