// @ts-check
import { wordsOf } from "../room/cast.js";

/**
 * The page on which one tries out microphone, camera and the way through the relay. Nothing leaves the device but what
 * goes through the relay and comes back.
 * @param {Element} element
 */
export default function tryOut(element) {
  if (!(element instanceof HTMLElement) || !navigator.mediaDevices) return;
  /** @param {string} name */
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const words = wordsOf(part("words"));
  /** @param {string} name @param {boolean} is */
  const show = (name, is) => {
    const found = part(name);
    if (found instanceof HTMLElement) found.hidden = !is;
  };
  /** @param {string} name @param {string} key */
  const tell = (name, key) => {
    const place = part(name);
    if (place && place.textContent !== words(key)) place.textContent = key ? words(key) : "";
  };
  show("plain", false);
  show("devices", true);
  /** @type {MediaStream|null} */
  let sound = null;
  const back = document.createElement("audio");
  back.autoplay = true;
  const stops = () => {
    sound?.getTracks().forEach((track) => track.stop());
    sound = null;
    back.srcObject = null;
    show("loud", false);
    show("hear", false);
    show("headphones", false);
    tell("sound", "start");
    tell("heard", "");
  };
  part("sound")?.addEventListener("click", async () => {
    if (sound) return stops();
    try {
      sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return tell("heard", "no-microphone");
    }
    for (const name of ["loud", "hear", "headphones"]) show(name, true);
    tell("sound", "stop");
    tell("heard", "silent");
    const stream = sound;
    loudness(stream, (level) => {
      if (sound !== stream) return false;
      const meter = part("level");
      if (meter instanceof HTMLMeterElement) meter.value = level;
      if (level > 8) tell("heard", "hears");
      return true;
    });
  });
  part("hear")?.addEventListener("click", () => {
    back.srcObject = back.srcObject ? null : sound;
    part("hear")?.setAttribute("aria-pressed", String(back.srcObject !== null));
    tell("hear", back.srcObject ? "hear-stop" : "hear");
  });
  part("way")?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    if (button instanceof HTMLButtonElement) button.disabled = true;
    tell("passed", "tries");
    tell("passed", (await passes().catch(() => false)) ? "works" : "fails");
    if (button instanceof HTMLButtonElement) button.disabled = false;
  });
  const view = part("view");
  part("picture")?.addEventListener("click", async () => {
    if (!(view instanceof HTMLVideoElement)) return;
    const shown = view.srcObject;
    if (shown instanceof MediaStream) shown.getTracks().forEach((track) => track.stop());
    view.srcObject = null;
    if (!shown) {
      try {
        view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } } });
        await view.play();
      } catch {
        tell("seen", "no-camera");
      }
    }
    view.hidden = !view.srcObject;
    tell("picture", view.srcObject ? "stop" : "picture");
  });
}

/**
 * How loud a stream is, from 0 to 100, some times a second for as long as it is wanted.
 * @param {MediaStream} stream
 * @param {(level: number) => boolean} takes whether it goes on
 */
function loudness(stream, takes) {
  const ear = new AudioContext();
  const analyser = ear.createAnalyser();
  ear.createMediaStreamSource(stream).connect(analyser);
  const waves = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(waves);
    const most = waves.reduce((most, wave) => Math.max(most, Math.abs(wave)), 0);
    if (takes(Math.min(100, Math.round(most * 100)))) return;
    clearInterval(timer);
    ear.close();
  }, 100);
}

/** Whether sound goes through the relay and comes back: two ends in this page, which meet nowhere else. */
async function passes() {
  const token = document.querySelector("input[name=csrf]")?.getAttribute("value") ?? "";
  const headers = { "content-type": "application/json", "x-csrf-token": token };
  const answer = await fetch("/api/v1/try-out/media-credentials", { method: "POST", headers, body: "{}" });
  if (!answer.ok) return false;
  const { urls, username, credential } = await answer.json();
  /** @type {RTCConfiguration} */
  const way = { iceServers: [{ urls, username, credential }], iceTransportPolicy: "relay" };
  const [here, there] = [new RTCPeerConnection(way), new RTCPeerConnection(way)];
  try {
    here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
    there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
    const ear = new AudioContext();
    const tone = ear.createOscillator();
    const out = ear.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    out.stream.getTracks().forEach((track) => here.addTrack(track, out.stream));
    await here.setLocalDescription();
    if (here.localDescription) await there.setRemoteDescription(here.localDescription);
    await there.setLocalDescription();
    if (there.localDescription) await here.setRemoteDescription(there.localDescription);
    let hasPassed = false;
    for (let tries = 0; tries < 75 && !hasPassed; tries += 1) {
      await new Promise((done) => setTimeout(done, 200));
      const report = await there.getStats();
      report.forEach((one) => (hasPassed ||= one.type === "inbound-rtp" && one.bytesReceived > 0));
    }
    await ear.close();
    return hasPassed;
  } finally {
    here.close();
    there.close();
  }
}
