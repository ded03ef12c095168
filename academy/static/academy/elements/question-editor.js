// The question's form in the editor: shows the fields that its kind asks for, and puts pictures and recordings into its text.
// Without script every field is there, and "Pictures and recordings" has the markup to copy.
function showKind(form) {
  const kind = form.querySelector("[name=kind]").value;
  for (const field of form.querySelectorAll("[data-kinds]")) {
    field.closest(".w-panel__wrapper").hidden = !field.dataset.kinds.split(" ").includes(kind);
  }
  const scoring = form.querySelector("[name=scoring]");
  for (const option of scoring.options) {
    option.hidden = option.value === (kind === "multiple" ? "part" : "minus");
    if (option.hidden && option.selected) scoring.value = "all";
  }
}

async function insert(text, file, note) {
  const body = new FormData();
  body.append("file", file);
  const token = text.form.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const response = await fetch(text.dataset.media, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    const said = await response.json();
    note.textContent = said.sentence || "";
    if (said.markup) text.setRangeText(said.markup, text.selectionStart, text.selectionEnd, "end");
  } catch {
    note.textContent = text.dataset.failed;
  }
  text.focus();
}

function offerMedia(text) {
  const picker = document.createElement("input");
  picker.type = "file";
  picker.accept = "image/png,image/jpeg,image/webp,audio/*";
  picker.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small button-secondary";
  button.textContent = text.dataset.insert;
  button.style.marginTop = "0.5rem";
  button.addEventListener("click", () => picker.click());
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.className = "help";
  picker.addEventListener("change", async () => {
    if (picker.files[0]) await insert(text, picker.files[0], note);
    picker.value = "";
  });
  text.after(button, picker, note);
}

document.addEventListener("DOMContentLoaded", () => {
  const kind = document.querySelector("form [name=kind]");
  if (!kind) return;
  kind.addEventListener("change", () => showKind(kind.form));
  showKind(kind.form);
  for (const text of kind.form.querySelectorAll("textarea[data-media]")) offerMedia(text);
});
