// The beat of an exam: says every few seconds that the page is there, and hears that the invigilator stops the clock, lets it go
// on or ends the test. The server's clock decides: what the page took down beyond it is dropped, and the test goes on as
// after a reload.
import { post } from "../exam/courier.js";

const BEAT_MS = 5000;
const BEHIND_MS = 1000; // the page's clock is never ahead of the server's, unless it missed a pause

export class Rest {
  constructor(test) {
    this.test = test;
    this.dialog = document.querySelector("dialog[data-paused]");
    this.away = Number(test.dataset.away);
    this.standing = this.going = false;
    this.quiet = new AbortController();
    const { signal } = this.quiet;
    document.addEventListener("visibilitychange", () => { this.away += document.hidden; }, { signal });
    this.dialog.addEventListener("cancel", (event) => event.preventDefault(), { signal });
    this.beat = setInterval(() => this.ask().catch(() => {}), BEAT_MS);
  }

  end() {
    clearInterval(this.beat);
    this.quiet.abort();
  }

  // The time since the start by the server, which stands during a pause; null when this window has no say. `refused`: the
  // server would not take a batch because of its time.
  async ask(refused = false) {
    const { test } = this;
    const { tab, stopped } = test.outbox;
    if (!tab || stopped || this.going) return null;
    const sent = test.now;
    const clock = await post(test.dataset.clock, tab, { away: this.away });
    if (tab !== test.outbox.tab) return null;
    if (!clock.open) {
      this.end();
      if (this.standing) this.leave();
      else test.finish();
      return null;
    }
    if (clock.tab !== test.generation) return null;
    const elapsed = test.duration - clock.left_ms;
    if (clock.paused) this.stand(elapsed);
    else if (this.standing || (test.state && (refused || elapsed < sent - BEHIND_MS))) this.goOn(elapsed);
    return elapsed;
  }

  stand(elapsed) {
    if (this.standing) return;
    this.standing = true;
    this.test.hold(elapsed);
    if (!this.dialog.open) this.dialog.showModal();
  }

  async goOn(elapsed) {
    this.going = true;
    if (!this.standing) this.test.hold(elapsed);
    await this.test.outbox.flush();
    this.leave();
  }

  leave() {
    this.standing = false;
    this.dialog.close();
    this.test.resume();
  }
}
