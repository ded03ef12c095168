// <say-aloud>: records the own voice and plays it back. The recording lives in this page only; nothing is sent.
class SayAloud extends HTMLElement {
  connectedCallback() {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button quiet";
    this.button.textContent = this.dataset.record;
    this.button.addEventListener("click", () => (this.recorder ? this.recorder.stop() : this.start()));
    this.status = document.createElement("p");
    this.status.className = "small";
    this.status.setAttribute("role", "status");
    this.audio = document.createElement("audio");
    this.audio.controls = true;
    this.audio.hidden = true;
    this.append(this.button, this.audio, this.status);
  }

  disconnectedCallback() {
    this.recorder?.stop();
    URL.revokeObjectURL(this.audio?.src);
  }

  async start() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.status.textContent = this.dataset.refused;
      return;
    }
    const pieces = [];
    this.recorder = new MediaRecorder(stream);
    this.recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    this.recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      URL.revokeObjectURL(this.audio.src);
      this.audio.src = URL.createObjectURL(new Blob(pieces, { type: this.recorder.mimeType }));
      this.audio.hidden = false;
      this.recorder = null;
      this.button.textContent = this.dataset.record;
      this.status.textContent = this.dataset.heard;
    });
    this.recorder.start();
    this.button.textContent = this.dataset.stop;
    this.status.textContent = this.dataset.running;
  }
}
customElements.define("say-aloud", SayAloud);
