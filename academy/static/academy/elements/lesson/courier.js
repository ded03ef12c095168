// Carries one waiting row to the server. Resolves to {answer, code, sentence}: `answer` is what the server says, `code` why
// it refuses. Whoever is not signed in any more is another person.
// Throws when nobody answers: the row goes on waiting then.
const PATIENCE = 10000;

export async function deliver(row) {
  const { person, round, step, place, seconds, end, doneUrl } = row;
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(doneUrl || row.url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]")?.value || "",
      },
      body: JSON.stringify({ person, round, step, place, seconds, end }),
      keepalive: true,
      redirect: "manual",
      signal: stop.signal,
    });
    if (response.ok) return { answer: await response.json() };
    if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) return { code: "another_person" };
    if (response.status === 404) return { code: "gone" };
    if ([400, 409, 422].includes(response.status)) return await response.json();
    throw new Error(String(response.status));
  } finally {
    clearTimeout(patience);
  }
}
