// <theme-switch>: buttons with value "", "light" or "dark". The choice stays in this browser.
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[value]");
      if (button) this.choose(button.value);
    });
    this.show(document.documentElement.dataset.theme || "");
  }

  choose(theme) {
    const root = document.documentElement;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    try {
      if (theme) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch { /* storage is switched off: the choice lasts for this page */ }
    this.show(theme);
  }

  show(theme) {
    for (const button of this.querySelectorAll("button[value]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  }
}
customElements.define("theme-switch", ThemeSwitch);
