// Answers that wait for the server, by attempt and position, in IndexedDB and flushed to disk: they survive a reload, a crash
// and a sign-out. Where the browser forbids IndexedDB they wait in localStorage, which a crash within seconds may lose.
const NAME = "academy-exam";
const TABLE = "waiting";
const SPARE = "academy-exam-spare";
let opened;

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database() {
  opened ||= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: ["attempt", "position"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

async function table(mode) {
  const transaction = (await database()).transaction(TABLE, mode, { durability: "strict" });
  return transaction.objectStore(TABLE);
}

function spare() {
  try {
    return JSON.parse(localStorage.getItem(SPARE)) || {};
  } catch {
    return {};
  }
}

function keepSpare(rows) {
  try {
    if (Object.keys(rows).length) localStorage.setItem(SPARE, JSON.stringify(rows));
    else localStorage.removeItem(SPARE);
  } catch {
    // Storage may be full or forbidden: the answers still wait in the page.
  }
}

export async function all() {
  const rows = Object.values(spare());
  try {
    return [...rows, ...(await done((await table("readonly")).getAll()))];
  } catch {
    return rows;
  }
}

export async function keep(row) {
  try {
    await done((await table("readwrite")).put(row));
  } catch {
    const { blob, ...plain } = row; // a file cannot wait as text
    keepSpare({ ...spare(), [`${row.attempt}/${row.position}`]: plain });
  }
}

// Takes an answer out unless a newer one to the same question waits by now.
export async function drop({ attempt, position, seq }) {
  const rows = spare();
  const key = `${attempt}/${position}`;
  if (rows[key] && rows[key].seq <= seq) {
    delete rows[key];
    keepSpare(rows);
  }
  try {
    const store = await table("readwrite");
    const row = await done(store.get([attempt, position]));
    if (row && row.seq <= seq) await done(store.delete([attempt, position]));
  } catch {
    // It was in localStorage only.
  }
}
