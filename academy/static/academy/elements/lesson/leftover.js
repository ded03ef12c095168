// On every page of who is signed in: what this person has read and could not send is sent now. A lesson that is open here
// sends its own.
import { of, drop } from "./waiting.js";
import { deliver } from "./courier.js";

const AGAIN = 15000;
const person = document.querySelector("script[data-person]").dataset.person;
let timer;

async function sendAll() {
  clearTimeout(timer);
  let failed = false;
  for (const row of await of(person)) {
    if (document.querySelector(`lesson-reader[lesson="${row.lesson}"]`)) continue;
    try {
      const { code } = await deliver(row);
      if (code !== "another_person") await drop(row);
    } catch {
      failed = true;
    }
  }
  if (failed) timer = setTimeout(sendAll, AGAIN);
}

window.addEventListener("online", sendAll);
sendAll();
