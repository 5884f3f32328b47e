// @ts-check
/**
 * The frames of `concord.room.v1`, as `server/service/src/http/socket/protocol.rs` has them. Not here: the socket, and
 * what is done with a frame.
 */

/** The name that is asked for in the handshake. */
export const SUBPROTOCOL = "concord.room.v1";
/** The most bytes that a frame may have. */
export const FRAME_BYTES_MAX = 65536;
/** The most characters that a message may have. */
export const MESSAGE_CHARACTERS_MAX = 4000;
/** Close code: the session has ended. */
export const CLOSE_SESSION_ENDED = 4001;

/**
 * @typedef {{debtor: string, creditor: string, text?: Record<string, string>, amount?: {value: string, currency: string}, due_on?: string}} Term
 * @typedef {{kind: string, text?: string, lang?: string, who?: string|null, state?: string, file?: string, caption?: string, thumbnail?: {width: number, height: number}, items?: string[], offer?: string, terms?: Term[], note?: string, expires_at?: string, question?: Record<string, string>, next?: number, amount?: {value: string, currency: string}, entry?: string, of?: string, item?: Body, current?: number, seconds?: number}} Body
 * @typedef {{t: "entry", channel: string, seq: number, id: string, at: string, by: unknown, body: Body}} EntryFrame
 * @typedef {{t: "posted", id: string, channel: string, seq: number, at?: string}} PostedFrame
 * @typedef {{t: "refused", id?: string, problem?: {title?: string, code?: string, status?: number, retry_after?: number}}} RefusedFrame
 * @typedef {{t: "typing", channel: string, by?: unknown, who?: unknown}} TypingFrame
 * @typedef {{t: "bye", reason?: string, retry_ms?: number}} ByeFrame
 * @typedef {{t: "presence"|"waiting", who: unknown, here: boolean}} PresenceFrame
 * @typedef {{t: "welcome"|"room"} & import("./state.js").RoomView} RoomFrame
 * @typedef {{t: "hand", who: string, up: boolean, floor?: boolean}} HandFrame
 * @typedef {{t: "call", channel: string, people: import("./talk.js").Caller[]}} CallFrame
 * @typedef {{t: "call_begun", channel: string, n: number}} CallBegunFrame
 * @typedef {{t: "call_ended", channel: string}} CallEndedFrame
 * @typedef {{t: "signal", from: string, n: number, channel: string, data: import("../call/peer.js").Data}} SignalFrame
 * @typedef {EntryFrame|PostedFrame|RefusedFrame|TypingFrame|PresenceFrame|ByeFrame|RoomFrame|HandFrame|CallFrame|CallBegunFrame|CallEndedFrame|SignalFrame} Frame
 */

/** @param {Record<string, number>} after the last number known of each channel */
export const hello = (after) => ({ t: "hello", after });
/** @param {import("./outbox.js").Pending} entry */
export const post = ({ id, channel, text, lang, audience }) => ({ t: "post", id, channel, body: { kind: "message", text, lang }, audience_digest: audience });
/** @param {string} channel */
export const typing = (channel) => ({ t: "typing", channel });
/** @param {string} channel @param {number} seq */
export const seen = (channel, seq) => ({ t: "seen", channel, seq });

/**
 * The frames in what came over the line: one, or a batch of them. What is none is left out.
 * @param {unknown} data
 * @returns {Frame[]}
 */
export function frames(data) {
  if (typeof data !== "string") return [];
  try {
    const read = JSON.parse(data);
    const all = Array.isArray(read) ? read : [read];
    return all.filter((frame) => typeof frame === "object" && frame !== null && typeof frame.t === "string");
  } catch {
    return [];
  }
}

/**
 * A UUIDv7: the time in milliseconds, then random bits.
 * @param {number} now
 */
export function entryId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 256 ** (5 - place)) % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
