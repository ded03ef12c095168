// Carries waiting answers of one attempt to the server under their own signed token; no session is needed. Resolves to
// {position: code}; what comes after the deadline goes to where late answers are kept. Throws when nobody answers.
const PATIENCE = 10000;
const KEEPALIVE = 60000; // a browser sends no more than this after its page is gone

export async function post(url, token, given) {
  const body = JSON.stringify({ token, ...given });
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Token": token },
      body,
      keepalive: body.length < KEEPALIVE,
      signal: stop.signal,
    });
    if (!response.ok) throw new Error(String(response.status));
    return await response.json();
  } finally {
    clearTimeout(patience);
  }
}

// A file goes first; the answer then names its number. What the server refuses for good is told in its own sentence.
async function upload(row) {
  const form = new FormData();
  form.append("file", row.blob, row.blob.name);
  const response = await fetch(row.uploadUrl, { method: "POST", headers: { "X-Token": row.token }, body: form });
  if (response.status !== 422 && !response.ok) throw new Error(String(response.status));
  const { file, name, code, sentence } = await response.json();
  if (code) return { code, sentence };
  row.answer = { file };
  row.fileName = name;
  delete row.blob;
  return {};
}

export async function deliver(rows) {
  const codes = {};
  const sentences = {};
  const ready = [];
  for (const row of rows) {
    const { code, sentence } = row.blob ? await upload(row) : {};
    if (code) {
      codes[row.position] = ["ended", "late", "superseded", "paused"].includes(code) ? code : "refused";
      sentences[row.position] = sentence;
    } else ready.push(row);
  }
  if (!ready.length) return { codes, sentences };
  const [{ token, saveUrl, lateUrl }] = ready;
  const answers = ready.map(({ position, seq, answer, marked, spent_ms }) => ({ position, seq, answer, marked, spent_ms }));
  Object.assign(codes, (await post(saveUrl, token, { answers })).codes);
  const late = ready.filter((row) => codes[row.position] === "late");
  if (late.length) {
    const evidence = late.map(({ position, seq, answer, edited }) => ({ position, seq, answer, edited }));
    Object.assign(codes, (await post(lateUrl, token, { answers: evidence })).codes);
  }
  return { codes, sentences };
}

// These codes are the server's last word on an answer; with the others it goes on waiting.
export const FINAL = ["saved", "stale", "invalid", "refused", "kept", "ended"];
