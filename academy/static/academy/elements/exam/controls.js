// The controls of one question of a paper: what they say, in the shape that the server keeps, and the way back.
export function answerOf(section) {
  const form = section.querySelector("form");
  const said = (name) => [...form.querySelectorAll(`[name^="${name}-"]`)].map((input) => input.value);
  const places = (name) => said(name).map((value) => (value === "" ? null : Number(value)));
  const some = (values) => values.some((value) => value !== null && String(value).trim() !== "");
  if (form.querySelector("[name^=gap-]")) {
    const gaps = said("gap").map((value) => (/^place:\d+$/.test(value) ? Number(value.slice(6)) : value));
    return some(gaps) ? { gaps } : {};
  }
  if (form.querySelector("[name^=pair-]")) return some(places("pair")) ? { pairs: places("pair") } : {};
  if (form.querySelector("[name^=sequence-]")) {
    const at = places("sequence");
    const sequence = at.map((_, place) => (at.includes(place) ? at.indexOf(place) : null));
    return some(sequence) ? { sequence } : {};
  }
  const kept = form.querySelector("[name=kept]");
  if (kept) return kept.value ? { file: Number(kept.value) } : {};
  const text = form.querySelector("[name=text]");
  if (text) return text.value.trim() ? { text: text.value } : {};
  const truth = form.querySelector("[name=answer]:checked");
  if (form.querySelector("[name=answer]")) return truth ? { answer: truth.value === "true" } : {};
  const chosen = [...form.querySelectorAll("[name=chosen]:checked")].map((input) => Number(input.value));
  return chosen.length ? { chosen } : {};
}

export function putBack(section, { answer, marked }) {
  const gap = (value) => (typeof value === "number" ? `place:${value}` : value);
  for (const input of section.querySelectorAll("input, select, textarea")) {
    const [name, place] = input.name.split("-");
    if (name === "text") input.value = answer.text || "";
    if (name === "answer") input.checked = answer.answer === (input.value === "true");
    if (name === "chosen") input.checked = (answer.chosen || []).includes(Number(input.value));
    if (name === "gap") input.value = gap((answer.gaps || [])[place]) ?? "";
    if (name === "pair") input.value = (answer.pairs || [])[place] ?? "";
    if (name === "sequence") input.value = String((answer.sequence || []).indexOf(Number(place))).replace("-1", "");
    if (name === "kept") input.value = answer.file || "";
    if (name === "marked") input.checked = marked;
  }
}
