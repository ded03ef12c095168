// A file larger than data-largest bytes is refused by the browser itself, before anything of the form is sent.
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.type !== "file" || !target.dataset.largest) return;
  const largest = Number(target.dataset.largest);
  const file = [...target.files].find(({ size }) => size > largest);
  const words = file
    ? target.dataset.tooLarge.replace("{name}", file.name).replace("{most}", Math.floor(largest / 1024 / 1024))
    : "";
  target.setCustomValidity(words);
  if (words) target.reportValidity();
});
