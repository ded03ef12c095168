// <board-picks> around a list that is asked for again every few seconds: what is ticked stays ticked, one box ticks the page,
// and [data-picked] says how many. Without script the boxes work, but a page that is asked for again forgets them.
class BoardPicks extends HTMLElement {
  connectedCallback() {
    this.picked = new Set();
    this.addEventListener("change", (event) => this.changed(event.target));
    new MutationObserver(() => this.restore()).observe(this, { childList: true });
    this.restore();
  }

  get boxes() {
    return [...this.querySelectorAll('input[name="pick"]')];
  }

  changed(box) {
    const turned = box.matches("[data-all]") ? this.boxes : box.name === "pick" ? [box] : [];
    for (const one of turned) {
      one.checked = box.checked;
      this.picked[box.checked ? "add" : "delete"](one.value);
    }
    if (turned.length) this.tell();
  }

  restore() {
    const all = this.querySelector("[data-all]");
    if (all) all.hidden = false;
    for (const box of this.boxes) {
      if (box.checked) this.picked.add(box.value);
      box.checked = this.picked.has(box.value);
    }
    this.tell();
  }

  tell() {
    const shown = this.boxes.filter((box) => box.checked).length;
    const face = this.querySelector("[data-picked]");
    if (face) face.textContent = shown ? `(${shown})` : "";
    const all = this.querySelector("[data-all]");
    if (all) all.checked = shown > 0 && shown === this.boxes.length;
  }
}
customElements.define("board-picks", BoardPicks);
