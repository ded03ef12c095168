// <auto-submit> around a form: a changed select or checkbox submits it; the button stays for text and for no script.
class AutoSubmit extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox], input[type=radio]")) event.target.form.requestSubmit();
    });
    this.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) {
        if (!value) event.formData.delete(name); // keeps the address short
      }
    });
  }
}
customElements.define("auto-submit", AutoSubmit);
