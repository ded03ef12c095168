// What a lesson has to tell the server and could not yet, one row by person and lesson, in IndexedDB: how far somebody has
// read and whether they said "done". It survives a reload and a sign-out, and is sent for the same person only. Where the
// browser forbids IndexedDB nothing waits longer than the page.
const NAME = "academy-lessons";
const TABLE = "waiting";
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
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: ["person", "lesson"] });
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

export async function of(person) {
  try {
    return (await done((await table("readonly")).getAll())).filter((row) => row.person === person);
  } catch {
    return [];
  }
}

// A newer report takes the place of the older one of the same round; what was read and a "done" are never taken back.
export async function keep(row) {
  try {
    const store = await table("readwrite");
    const old = await done(store.get([row.person, row.lesson]));
    if (old && old.round === row.round) {
      row.seconds = Math.max(row.seconds, old.seconds);
      row.end ||= old.end;
      row.doneUrl ||= old.doneUrl;
    }
    await done(store.put(row));
  } catch {
    // The row is still in the page that made it.
  }
}

// Takes a row out unless a newer one waits by now.
export async function drop({ person, lesson, at }) {
  try {
    const store = await table("readwrite");
    const row = await done(store.get([person, lesson]));
    if (row && row.at <= at) await done(store.delete([person, lesson]));
  } catch {
    // It was in the page only.
  }
}
