// @ts-check
import { CLOSE_SESSION_ENDED, SUBPROTOCOL, frames, hello } from "./protocol.js";

/**
 * @typedef {import("./protocol.js").Frame} Frame
 * @typedef {{isSocket: boolean, hasSpoken: boolean, watch: number, send: (text: string) => void, close: () => void}} Carrier a socket carries every frame,
 *   events carry entries alone
 */

const WAIT_MS_MAX = 30000;
/** How long a call may go unanswered, or an entry that was sent. */
const ANSWER_MS_MAX = 15000;
/** How long nothing may come: the server speaks every 20 seconds. A line can be dead at one end without the other knowing. */
const SILENCE_MS_MAX = 50000;
/** How long events go on before a socket is tried beside them: one that failed once may have met a bad moment alone. */
const EVENTS_MS = 20_000;

/**
 * A line that mends itself: after a break it calls again, waiting longer each time, at most half a minute, and never
 * at the same moment as everybody else. Where a socket does not come about, it tries events, and then a socket again: what
 * hinders one may be anything on the way, and may pass. Not here: what is said over it.
 * @param {string} place of the room's API
 * @param {{after: () => Record<string, number>, open: () => void, frame: (frame: Frame) => void, read: () => void, broken: () => void, ended: (reason: string) => void}} on
 */
export function line(place, on) {
  /** What carries frames now. @type {Carrier|null} */
  let held = null;
  /** What was called and nobody has taken yet. @type {Carrier|null} */
  let tried = null;
  let wait = 1000;
  let timer = 0;
  let reason = "";
  /** What is silent for longer is given up. @param {Carrier} one @param {number} ms */
  const watch = (one, ms) => {
    clearTimeout(one.watch);
    one.watch = setTimeout(() => {
      // A browser waits long for a goodbye on a dead line: it is over now.
      ends(one, false);
      one.close();
    }, ms);
  };
  /** @param {Carrier} one @param {string} data */
  const heard = (one, data) => {
    // What was replaced meanwhile has nothing to say.
    if (one !== held) return;
    // Only a server that speaks again is back: one that hangs up at once is left alone for longer each time.
    wait = 1000;
    one.hasSpoken = true;
    watch(one, SILENCE_MS_MAX);
    for (const frame of frames(data)) {
      if (frame.t === "bye" && frame.retry_ms) wait = frame.retry_ms;
      if (frame.t === "bye") reason = frame.reason ?? "";
      on.frame(frame);
    }
    on.read();
  };
  /** @param {Carrier} one */
  const opens = (one) => {
    if (one !== tried) return;
    // Frames of two lines must not come in turns: what carried them before is let go first.
    const before = held;
    [held, tried, reason] = [one, null, ""];
    before?.close();
    clearTimeout(before?.watch);
    clearTimeout(timer);
    watch(one, ANSWER_MS_MAX);
    if (!one.isSocket) timer = setTimeout(() => call(true), EVENTS_MS);
    on.open();
  };
  /** @param {Carrier} one @param {boolean} isOver */
  const ends = (one, isOver) => {
    if (one !== held && one !== tried) return;
    clearTimeout(one.watch);
    if (one === held) held = null;
    else tried = null;
    if (isOver) return on.ended(reason);
    // A socket that was tried beside events did not come about; they go on.
    if (held) return void (timer = setTimeout(() => call(true), EVENTS_MS));
    on.broken();
    if (tried) return;
    clearTimeout(timer);
    const isSocketNext = !one.isSocket || one.hasSpoken || !("EventSource" in window);
    timer = setTimeout(() => call(isSocketNext), wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, WAIT_MS_MAX);
  };
  const bySocket = () => {
    const url = new URL(`${place}/socket`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, SUBPROTOCOL);
    /** @type {Carrier} */
    const one = { isSocket: true, hasSpoken: false, watch: 0, send: (text) => socket.send(text), close: () => socket.close() };
    tried = one;
    watch(one, ANSWER_MS_MAX);
    socket.onopen = () => {
      opens(one);
      if (one === held) socket.send(JSON.stringify(hello(on.after())));
    };
    socket.onmessage = (event) => heard(one, event.data);
    socket.onclose = (event) => ends(one, event.code === CLOSE_SESSION_ENDED);
  };
  const byEvents = async () => {
    /** @type {Carrier} */
    const one = { isSocket: false, hasSpoken: false, watch: 0, send() {}, close() {} };
    tried = one;
    watch(one, ANSWER_MS_MAX);
    const { events } = await import("./events.js").catch(() => ({ events: null }));
    if (!events) return ends(one, false);
    if (one !== tried) return;
    const after = Object.entries(on.after()).map((pair) => pair.join(":"));
    const gone = () => ends(one, one === held && reason.endsWith("-ended"));
    Object.assign(one, events(place, after.join(), { open: () => opens(one), data: (data) => heard(one, data), gone }));
  };
  /** @param {boolean} socketFirst */
  const call = (socketFirst) => {
    clearTimeout(timer);
    if (tried) return;
    if (socketFirst && "WebSocket" in window) bySocket();
    else byEvents();
  };
  addEventListener("online", () => {
    if (!held) call(true);
  });
  call(true);
  return {
    /** Whether the line holds now. */
    holds: () => held !== null,
    /** Whether it carries calls and signs of life as well. */
    carriesAll: () => held?.isSocket ?? false,
    /** @param {object} frame @returns {boolean} whether it went out */
    send(frame) {
      held?.send(JSON.stringify(frame));
      // Entries are answered; the other frames are not.
      if (held && (Array.isArray(frame) || ("t" in frame && frame.t === "post"))) watch(held, ANSWER_MS_MAX);
      return held !== null;
    },
  };
}
