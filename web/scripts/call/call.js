// @ts-check
import { controls } from "./controls.js";
import { watch } from "./line.js";
import { peer } from "./peer.js";

/**
 * A call in the channel that is shown: sound first, picture when asked for. Everybody sends to everybody, at most four.
 * The server says who is in it and carries what the browsers tell each other; nothing is recorded anywhere.
 * @typedef {import("../room/talk.js").Caller} Caller
 * @typedef {import("../room/cast.js").Person} Person
 * @typedef {{urls: string[], username: string, credential: string, expires_at: string, relay_only: boolean}} Key
 * @typedef {{panel: HTMLElement, send: (frame: object) => boolean, say: (text: string) => void, who: (by: unknown) => Person,
 *   isMe: (person: Person) => boolean, channel: string, dispute: string, ended: () => void}} On
 */

/** How long before its end a key is renewed. */
const KEY_MARGIN_MS = 120000;
/** When a key that could not be had is asked for again. */
const RETRY_MS = 15000;
/** What says that the call is over for this person, and no fault of the line. */
const FINAL = [401, 403, 404, 409];

/** @param {MediaStream} stream */
const release = (stream) => stream.getTracks().forEach((track) => track.stop());

/** @param {string} path @param {object} body @returns {Promise<any>} */
async function ask(path, body) {
  const token = document.querySelector("input[name=csrf]")?.getAttribute("value") ?? "";
  const headers = { "content-type": "application/json", "x-csrf-token": token };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.title ?? ""), { status: answer.status });
  return said;
}

/** @param {On} on */
export function call(on) {
  const { panel, send, say, who, isMe, channel, dispute } = on;
  /** @type {Map<number, ReturnType<typeof peer>>} */
  const peers = new Map();
  /** @type {Caller[]} */
  let people = [];
  /** @type {MediaStream|null} */
  let own = null;
  /** @type {Key|null} */
  let key = null;
  let mine = 0;
  /** Whether the server has let this page in once: after a break of the line it joins anew. */
  let isIn = false;
  let isMuted = false;
  let isOver = false;
  /** @type {ReturnType<typeof controls>|null} */
  let shown = null;
  let renewal = 0;
  const renew = async () => {
    key = await ask(`/api/v1/disputes/${dispute}/room/media-credentials`, { channel });
    const holds = key ? Date.parse(key.expires_at) - Date.now() - KEY_MARGIN_MS : 0;
    clearTimeout(renewal);
    if (!isOver) renewal = setTimeout(renewAgain, Math.max(holds, 10000));
  };
  const renewAgain = () =>
    renew().then(() => key && peers.forEach((one) => one.renew(/** @type {Key} */ (key)))).catch((error) => {
      if (FINAL.includes(error?.status)) ends(error.message);
      else if (!isOver) renewal = setTimeout(renewAgain, RETRY_MS);
    });
  const tell = () => {
    if (!shown || isOver) return;
    const others = [...peers.values()];
    const hasMediator = people.some((one) => ["mediator", "co-mediator"].includes(who(one.who).role));
    const isUnreached = (/** @type {Caller} */ { n }) => peers.get(n)?.state() === "unreached";
    const unreached = people.filter(isUnreached).map((one) => who(one.who).name);
    if (!hasMediator) shown.state("needs-mediator");
    else if (people.length < 2) shown.state("waits");
    else if (unreached.length > 0) shown.state("unreached", unreached.join(", "));
    else if (others.some((one) => one.state() === "failed")) shown.state("again");
    else shown.state(others.every((one) => one.state() === "connected") ? "connected" : "begins");
  };
  /** Whoever has left is let go, and whoever is new is called; nobody while no mediator is there. */
  const meet = () => {
    const isLive = people.some((one) => ["mediator", "co-mediator"].includes(who(one.who).role));
    const others = isLive && mine > 0 ? people.filter((one) => one.n !== mine) : [];
    for (const [n, one] of peers) {
      if (others.some((other) => other.n === n)) continue;
      one.close();
      peers.delete(n);
      shown?.without(n);
    }
    for (const { who: seat, n } of others) {
      if (peers.has(n) || !key || !own) continue;
      const { name } = who(seat);
      peers.set(n, peer({
        key,
        // Of two who offer at once the later to join gives way.
        isPolite: mine > n,
        own,
        send: (data) => send({ t: "signal", to: seat, channel, n, data }),
        comes: (track, stream) => shown?.plays(n, name, track, stream),
        changes: tell,
      }));
    }
    tell();
  };
  const hangUp = () => {
    peers.forEach((one) => one.close());
    peers.forEach((_, n) => shown?.without(n));
    peers.clear();
  };
  /** @param {string} [text] what is said about it */
  const ends = (text) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(renewal);
    line.stop();
    hangUp();
    if (own) release(own);
    shown?.closes(text ?? "");
    if (text) say(text);
    on.ended();
  };
  const camera = {
    async on() {
      const { getUserMedia } = navigator.mediaDevices;
      const wish = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15 } };
      const picture = await getUserMedia.call(navigator.mediaDevices, { video: wish });
      const [track] = picture.getVideoTracks();
      if (!track || !own || isOver) return release(picture);
      own.addTrack(track);
      peers.forEach((one) => one.adds(track));
    },
    off() {
      for (const track of own?.getVideoTracks() ?? []) {
        track.stop();
        own?.removeTrack(track);
        peers.forEach((one) => one.removes(track));
      }
    },
    isOn: () => (own?.getVideoTracks().length ?? 0) > 0,
  };
  const line = watch(() => [...peers.values()].map((one) => one.pc), () => {
    if (!camera.isOn()) return;
    camera.off();
    shown?.pictureIsOff("poor");
  });
  /** @param {boolean} is also before there is a microphone: it begins muted then */
  const mutes = (is) => {
    isMuted = is;
    for (const track of own?.getAudioTracks() ?? []) track.enabled = !is;
  };
  const begin = async () => {
    const words = await fetch("/calls/words").then((answer) => answer.json());
    shown = controls({ panel, words, say, camera, mutes, leaves: () => {
      send({ t: "call", channel, on: false });
      ends();
    } });
    shown.state("begins");
    try {
      own = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });
    } catch {
      return ends(words["no-microphone"]);
    }
    // The person may have left while the browser was asking.
    if (isOver) return release(own);
    mutes(isMuted);
    await renew();
    if (isOver) return;
    send({ t: "call", channel, on: true });
  };
  begin().catch((error) => ends(error instanceof Error && error.message ? error.message : shown?.word("failed")));
  return {
    /** @param {import("../room/protocol.js").Frame} frame */
    take(frame) {
      if (isOver) return;
      if (frame.t === "call_begun" && frame.channel === channel) {
        hangUp();
        mine = frame.n;
        isIn = true;
      } else if (frame.t === "call" && frame.channel === channel) {
        people = frame.people;
        if (mine > 0) meet();
      } else if (frame.t === "call_ended" && frame.channel === channel) ends(shown?.word("ended"));
      else if (frame.t === "signal" && frame.channel === channel) peers.get(frame.n)?.take(frame.data);
      else if (frame.t === "refused" && !frame.id && mine === 0 && own) ends(frame.problem?.title ?? shown?.word("failed"));
      // What was too much goes out again by itself; what is not passed on at all is said.
      else if (frame.t === "refused" && frame.problem?.code === "signal-refused") say(frame.problem.title ?? "");
      else if ((frame.t === "welcome" || frame.t === "room") && isIn && frame.session !== "open") ends(shown?.word("ended"));
      else if (frame.t === "welcome" && isIn) {
        // The line of the room is back: one joins anew.
        mine = 0;
        send({ t: "call", channel, on: true });
      }
    },
    broken() {
      hangUp();
      people = [];
      shown?.state("again");
    },
    /** Session or seat are gone: nothing is heard or sent from here any more. */
    ended() {
      ends(shown?.word("ended"));
    },
  };
}
