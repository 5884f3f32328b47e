// @ts-check
import { bodies } from "./bodies.js";
import { cast, lastNumbers, wordsOf } from "./cast.js";
import { log } from "./log.js";
import { forget } from "../start.js";
import { keepDraft, outbox } from "./outbox.js";
import { presence } from "./presence.js";
import { entryId, post, seen, typing } from "./protocol.js";
import { line } from "./socket.js";
import { roomState } from "./state.js";
import { talk } from "./talk.js";
import { brought } from "./text.js";
import { composer } from "./write.js";

/** How many entries go out in one frame; with the longest messages it stays under the most that a frame may have. */
const POSTS_AT_ONCE = 4;

/**
 * Makes the page of one channel live. The form stays what it is: until the line holds for the first time, it posts.
 * Rules live on the server; here entries are shown as they come, and what is written is kept until it is stored.
 * @param {Element} element
 */
export default function room(element) {
  if (!(element instanceof HTMLElement) || !("WebSocket" in window || "EventSource" in window)) return;
  /** @param {string} name */
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const [list, heard, template, status, dots, here] = ["entries", "log", "entry", "line", "typing", "here"].map(part);
  if (!(list instanceof HTMLElement && heard instanceof HTMLElement && template instanceof HTMLTemplateElement)) return;
  if (!(status instanceof HTMLElement && dots instanceof HTMLElement && here instanceof HTMLElement)) return;
  const form = part("form");
  const text = form?.querySelector("textarea") ?? document.createElement("textarea");
  const { dispute = "", person = "", channel = "", audience = "", you = "", lang = "en", claimant = "", respondent = "" } = element.dataset;
  const words = wordsOf(part("words"));
  const sides = { claimant, respondent };
  const { who, isMe, learns, myName } = cast(part("people"), you);
  const shown = log(list, heard, template, words);
  const told = bodies({ words, who, isMe, sides, part });
  const state = roomState(part, words, sides);
  const waiting = outbox(person, dispute);
  const bringsText = brought(part("text"), part("text-changed"), `/rooms/${dispute}/text`, true);
  const head = part("standing");
  const bringsHead = brought(head, null, `/rooms/${dispute}/standing?channel=${channel}`, false, () => turns());
  /** @type {Promise<{take: (frame?: import("./protocol.js").Frame) => void}|null>|null} */
  let floor = null;
  /** Whose turn it is. @param {import("./protocol.js").Frame} [frame] nothing: the head of the channel has changed */
  const turns = (frame) => {
    const needs = head?.querySelector("[data-left]") || (frame && "session" in frame && frame.session === "open");
    if (needs) floor ??= import("./floor.js").then((module) => module.floor({ part, words, you, who, send: connection.send, carriesAll: connection.carriesAll })).catch(() => null);
    floor?.then((it) => it?.take(frame));
  };
  let after = Number(element.dataset.after ?? 0);
  /** @param {string} key */
  const tell = (key) => {
    status.hidden = key === "";
    status.textContent = key ? words(key) : "";
  };
  /** The last number that was shown and is not yet said to be seen. */
  let unseen = 0;
  const flush = (entries = waiting.list()) => {
    // A few in one frame: after a long break many wait, and a server counts frames.
    for (let first = 0; first < entries.length; first += POSTS_AT_ONCE) {
      const some = entries.slice(first, first + POSTS_AT_ONCE);
      const posts = some.map(post);
      if (connection.send(posts.length === 1 ? posts[0] ?? [] : posts)) some.forEach((entry) => shown.state(entry.id, "sending"));
    }
  };
  let again = 0;
  /** The server has no room or no time just now: what was refused waits, and goes out by itself. @param {string} id @param {number} seconds */
  const later = (id, seconds) => {
    shown.state(id, "waiting");
    clearTimeout(again);
    again = setTimeout(() => flush(), seconds * 1000);
  };
  const written = composer({ form, text, channel, audience, lang, part, words, shown, waiting, told, you, myName });
  /** A side that asks for the mediator is heard in every channel of theirs. @param {import("./protocol.js").EntryFrame} frame */
  const elsewhere = (frame) => {
    const tab = part("tabs")?.querySelector(`[data-name="${frame.channel}"]`);
    if (frame.body.kind !== "caucus" || frame.body.state !== "asked" || !tab || tab.childElementCount) return;
    const mark = document.createElement("strong");
    mark.textContent = ` ${words("asks")}`;
    tab.append(mark);
    shown.say(told.event(frame));
  };
  /** @param {import("./protocol.js").EntryFrame} frame */
  const entry = (frame) => {
    waiting.drop(frame.id);
    // Whichever channel tells it: the text is the same for all.
    if (["revision", "suggestion"].includes(frame.body.kind)) bringsText();
    if (frame.channel !== channel) return elsewhere(frame);
    if (/^(caucus|agenda|timer)/.test(frame.body.kind)) bringsHead();
    after = Math.max(after, frame.seq);
    part("empty")?.remove();
    const { body, id, seq, at } = frame;
    const author = told.author(frame);
    shown.state(id, "");
    const content = told.content(frame);
    if (content && ["claimant", "respondent"].includes(author.role) && !body.of) content.append(told.ready("ask", id));
    if (content) shown.entry({ id, seq, at, isMine: isMe(author), name: author.name, role: author.role }, content);
    else shown.event(id, seq, told.event(frame) || words("reload"), told.links(frame));
    shown.numbered(id, seq);
    // An answer, or another offer in its place, closes the offer that it names.
    if (body.kind.startsWith("summary_")) told.answered(frame);
    if (body.offer) told.close(body.offer, body.state ?? body.kind.replace("offer_", ""));
    presenceOf.stops();
    unseen = seq;
  };
  /** @param {import("./protocol.js").Frame} frame */
  const take = (frame) => {
    calls.take(frame);
    turns(frame);
    if (frame.t === "entry") entry(frame);
    else if (frame.t === "posted") {
      // `after` stays: an earlier entry of somebody else may still be on its way when the line breaks.
      waiting.drop(frame.id);
      shown.numbered(frame.id, frame.seq);
      shown.state(frame.id, "");
    } else if (frame.t === "refused" && frame.id && [429, 503].includes(frame.problem?.status ?? 0)) {
      later(frame.id, frame.problem?.retry_after ?? 5);
    } else if (frame.t === "refused" && frame.id) {
      written.refused(frame.id, frame.problem?.code);
      if (frame.problem?.title) shown.say(frame.problem.title);
    } else if (frame.t === "typing" && frame.channel === channel) {
      const { name } = who(frame.by ?? frame.who);
      if (name) presenceOf.writes(name);
    } else if (frame.t === "presence") {
      const somebody = who(frame.who);
      if (somebody.name && !isMe(somebody)) presenceOf.comes(somebody.name, frame.here);
    } else if (frame.t === "waiting") {
      presenceOf.waits(who(frame.who).name, frame.here);
    } else if (frame.t === "welcome" || frame.t === "room") {
      learns(frame.people);
      if (state.take(frame, channel, audience)) shown.say(part("signals")?.textContent ?? "");
      if (frame.session === "open") presenceOf.opens();
      else presenceOf.closes();
      if (frame.t === "room") return;
      element.classList.add("live");
      written.held();
      flush();
    }
  };
  const connection = line(`/api/v1/disputes/${dispute}/room`, {
    after: () => ({ ...lastNumbers(element), [channel]: after }),
    open: () => tell(""),
    frame: take,
    read: () => {
      if (unseen > 0) connection.send(seen(channel, unseen));
      unseen = 0;
    },
    broken: () => {
      element.classList.remove("live");
      tell(navigator.onLine ? "reconnecting" : "offline");
      for (const entry of waiting.list()) shown.state(entry.id, "waiting");
      presenceOf.empties();
      calls.broken();
    },
    ended: (reason) => {
      calls.ended();
      // The room has closed or opened anew; the person is still here, and so is what was typed.
      if (reason === "seat-ended") return tell("reload");
      // Whoever comes to this page next may be somebody else.
      forget();
      waiting.ends();
      written.ends();
      tell("ended");
    },
  });
  turns();
  const calls = talk({ part, send: connection.send, carriesAll: connection.carriesAll, say: shown.say, who, isMe, channel, dispute });
  const presenceOf = presence({ typing: dots, here, waits: part("waits") }, text, words, () => connection.send(typing(channel)));
  keepDraft(form, text, `draft:${person}:${dispute}:${channel}`);
  // What an earlier page kept goes out as soon as it is read, and never before what was written ahead of it.
  waiting.ready.then(() => {
    written.begins({ holds: connection.holds, flush, id: () => entryId(Date.now()) });
    if (element.classList.contains("live")) flush();
  });
}
