// @ts-check
import { CLOSE_SESSION_ENDED, SUBPROTOCOL, frames } from "./protocol.js";

/** @typedef {import("./protocol.js").Frame} Frame */

const WAIT_MS_MAX = 30000;

/**
 * A line that mends itself: after a break it calls again, waiting longer each time, at most half a minute, and never
 * at the same moment as everybody else. Not here: what is said over it.
 * @param {string} url
 * @param {{open: () => void, frame: (frame: Frame) => void, read: () => void, broken: () => void, ended: (reason: string) => void}} on
 */
export function line(url, on) {
  /** @type {WebSocket|null} */
  let socket = null;
  let wait = 1000;
  let timer = 0;
  let reason = "";
  const call = () => {
    clearTimeout(timer);
    socket = new WebSocket(url, SUBPROTOCOL);
    socket.onopen = () => on.open();
    socket.onmessage = (event) => {
      // Only a server that speaks again is back: one that hangs up at once is left alone for longer each time.
      wait = 1000;
      for (const frame of frames(event.data)) {
        if (frame.t === "bye" && frame.retry_ms) wait = frame.retry_ms;
        if (frame.t === "bye") reason = frame.reason ?? "";
        on.frame(frame);
      }
      on.read();
    };
    socket.onclose = (event) => {
      socket = null;
      if (event.code === CLOSE_SESSION_ENDED) return on.ended(reason);
      on.broken();
      timer = setTimeout(call, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, WAIT_MS_MAX);
    };
  };
  addEventListener("online", () => {
    if (!socket) call();
  });
  call();
  return {
    /** Whether the line holds now. */
    holds: () => socket?.readyState === WebSocket.OPEN,
    /** @param {object} frame @returns {boolean} whether it went out */
    send(frame) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
  };
}
