// On every page of who is signed in, and at the door: answers that an earlier visit could not send are sent now, without
// anybody touching them, also after the deadline (then they are kept as late ones). A paper that is open here sends its own.
import { all, drop } from "./waiting.js";
import { deliver, FINAL } from "./courier.js";

const AGAIN = 15000;

async function sendAll() {
  const rows = (await all()).filter((row) => !document.querySelector(`exam-paper[attempt="${row.attempt}"]`));
  const attempts = new Map();
  for (const row of rows) attempts.set(row.attempt, [...(attempts.get(row.attempt) || []), row]);
  let failed = false;
  for (const group of attempts.values()) {
    try {
      const { codes } = await deliver(group);
      for (const row of group) if (FINAL.includes(codes[row.position])) await drop(row);
    } catch {
      failed = true;
    }
  }
  if (failed) setTimeout(sendAll, AGAIN);
}

window.addEventListener("online", sendAll);
sendAll();
