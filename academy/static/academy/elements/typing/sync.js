// Batches on their way to the server: numbered, chained by hash, kept in IndexedDB until they are confirmed, sent in order.
import { sha256 } from "./sha256.js";
import { pack } from "./wire.js";

const MOST_RECORDS = 500;
const AGAIN_MS = 2000;
const PATIENCE_MS = 10000;
const AHEAD = ["paused", "time"]; // refusals of what lies beyond the server's clock

// Unsent batches of one attempt, beyond a reload. Without IndexedDB (private windows) only the memory keeps them.
class Shelf {
  constructor(attempt) {
    this.attempt = attempt;
    this.open = new Promise((resolve) => {
      let request;
      try {
        request = indexedDB.open("academy-typing", 1);
      } catch {
        resolve(null);
        return;
      }
      request.onupgradeneeded = () => request.result.createObjectStore("batches", { keyPath: ["attempt", "seq"] });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    });
  }

  async use(mode, act) {
    const base = await this.open;
    if (!base) return undefined;
    return new Promise((resolve) => {
      const transaction = base.transaction("batches", mode);
      const request = act(transaction.objectStore("batches"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => resolve(undefined);
    });
  }

  keep(batch) {
    return this.use("readwrite", (store) => store.put({ attempt: this.attempt, ...batch }));
  }

  forget(seq) {
    return this.use("readwrite", (store) => store.delete(IDBKeyRange.bound([this.attempt, 0], [this.attempt, seq])));
  }

  drop(seq) {
    return this.use("readwrite", (store) => store.delete(IDBKeyRange.bound([this.attempt, seq], [this.attempt, Infinity])));
  }

  // A closing window gives IndexedDB no time to finish: what it must not lose it writes where writing is at once.
  leave(batches) {
    try {
      localStorage.setItem(`academy-typing-${this.attempt}`, JSON.stringify(batches));
    } catch {
      // Storage is shut: the request on its way is all there is.
    }
  }

  left() {
    try {
      const batches = JSON.parse(localStorage.getItem(`academy-typing-${this.attempt}`)) || [];
      localStorage.removeItem(`academy-typing-${this.attempt}`);
      return batches;
    } catch {
      return [];
    }
  }

  // Everything unsent behind number `seq`, in order; what a closing window left is the newest of its number.
  async all(seq) {
    const range = IDBKeyRange.bound([this.attempt, seq + 1], [this.attempt, Infinity]);
    const kept = (await this.use("readonly", (store) => store.getAll(range))) || [];
    const bySeq = new Map(kept.map(({ attempt, ...batch }) => [batch.seq, batch]));
    for (const batch of this.left()) {
      if (batch.seq <= seq) continue;
      bySeq.set(batch.seq, batch);
      await this.keep(batch);
    }
    return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
  }
}

export class Refusal extends Error {
  constructor(answer) {
    super(answer.sentence || "");
    this.code = answer.code || "refused";
  }
}

export class SignedOut extends Error {}

// Signing in again in another tab gives the browser a new secret: the one of the page is old then.
const secret = (token) => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || token;

// POSTs JSON and gives the answer; throws Refusal when the server says no, SignedOut when it asks for a login, TypeError when
// nothing was reached. `tab` is the signed token of this window, which a batch needs.
export async function post(url, token, body, { tab = "", keepalive = false } = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": secret(token),
      ...(tab && { "X-Token": tab }),
      Accept: "application/json",
      "Accept-Language": document.documentElement.lang,
    },
    body: JSON.stringify(body),
    keepalive,
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (response.type === "opaqueredirect") throw new SignedOut("signed out");
  const json = (response.headers.get("Content-Type") || "").startsWith("application/json");
  if (!json || response.status >= 500) throw new TypeError("no answer");
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer);
  return answer;
}

const chain = (before, part) => sha256(`${before}\n${JSON.stringify(part)}`).slice(0, 32);

// The packed records that happened until `elapsed`; the first number of each counts from the one before.
function upTo(records, elapsed) {
  let t = 0;
  const end = records.findIndex(([ms]) => (t += ms) > elapsed);
  return end < 0 ? records : records.slice(0, end);
}

export class Outbox {
  // report(state, refusal): "saved", "waiting", "offline", "signedout" or "refused"; heard(answer) with every confirmation;
  // clock() when the server says that a batch is ahead of its clock: resolves to the server's time since the start, or null.
  constructor({ attempt, url, token, report, heard, clock }) {
    Object.assign(this, { url, token, report, heard, clock, queue: [], sending: null, stopped: false });
    this.shelf = new Shelf(attempt);
  }

  // Goes on behind what the server confirms; batches that a closed window left are sent first. True when there were any.
  async resume({ token, seq, hash }) {
    Object.assign(this, { tab: token, seq, hash });
    await this.shelf.forget(seq);
    for (const batch of await this.shelf.all(seq)) {
      if (batch.seq !== this.seq + 1 || batch.after !== this.hash) continue;
      this.queue.push(batch);
      Object.assign(this, { seq: batch.seq, hash: batch.hash });
    }
    const left = this.queue.length > 0;
    if (left) await this.flush();
    return left;
  }

  // Makes batches of the records and begins to send them. `leaving`: the window is about to close.
  add(records, leaving = false) {
    for (let from = 0; from < records.length; from += MOST_RECORDS) {
      const part = pack(records.slice(from, from + MOST_RECORDS));
      const hash = chain(this.hash, part);
      this.put({ seq: this.seq + 1, after: this.hash, hash, records: part });
    }
    if (leaving && this.queue.length) {
      this.shelf.leave(this.queue);
      this.send(this.queue[0], true).catch(() => {});
    } else this.flush();
  }

  put(batch) {
    Object.assign(this, { seq: batch.seq, hash: batch.hash });
    this.queue.push(batch);
    this.shelf.keep(batch);
  }

  // Drops from the waiting batches whatever happened after `elapsed`; true when there was something.
  cutAt(elapsed) {
    const place = this.queue.findIndex(({ records }) => upTo(records, elapsed).length < records.length);
    if (place < 0) return false;
    const { seq, after, records } = this.queue[place];
    this.queue.splice(place);
    Object.assign(this, { seq: seq - 1, hash: after });
    this.shelf.drop(seq);
    const part = upTo(records, elapsed);
    if (part.length) this.put({ seq, after, hash: chain(after, part), records: part });
    return true;
  }

  send({ seq, hash, records }, keepalive = false) {
    return post(this.url, this.token, { seq, hash, records }, { tab: this.tab, keepalive });
  }

  // Resolves when everything is confirmed or refused for good.
  flush() {
    this.sending = this.sending || this.pump().finally(() => { this.sending = null; });
    return this.sending;
  }

  async pump() {
    while (this.queue.length && !this.stopped) {
      if (this.queue.length > 1) this.report("waiting");
      try {
        const batch = this.queue[0];
        const answer = await this.send(batch);
        this.heard(answer);
        this.queue.shift();
        this.shelf.forget(batch.seq);
      } catch (error) {
        if (AHEAD.includes(error.code)) {
          const elapsed = await this.clock().catch(() => undefined);
          if (elapsed === undefined) {
            this.report("offline");
            await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
            continue;
          }
          if (elapsed !== null && this.cutAt(elapsed)) continue;
        }
        if (error instanceof Refusal) {
          this.stopped = true;
          this.report("refused", error);
          return;
        }
        this.report(error instanceof SignedOut ? "signedout" : "offline");
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    if (!this.stopped) this.report("saved");
  }
}
