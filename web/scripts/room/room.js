// @ts-check
import { cast, lastNumbers, wordsOf } from "./cast.js";
import { log } from "./log.js";
import { keepDraft, outbox } from "./outbox.js";
import { presence } from "./presence.js";
import { entryId, hello, post, seen, typing } from "./protocol.js";
import { line } from "./socket.js";

/**
 * Makes the page of one channel live. The form stays what it is: until the line holds for the first time, it posts.
 * Rules live on the server; here entries are shown as they come, and what is written is kept until it is stored.
 * @param {Element} element
 */
export default function room(element) {
  if (!(element instanceof HTMLElement) || !("WebSocket" in window)) return;
  /** @param {string} name */
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const [list, heard, template, status, dots, form = null] = ["entries", "log", "entry", "line", "typing", "form"].map(part);
  if (!(list instanceof HTMLElement && heard instanceof HTMLElement && template instanceof HTMLTemplateElement)) return;
  if (!(status instanceof HTMLElement && dots instanceof HTMLElement)) return;
  const text = form?.querySelector("textarea") ?? document.createElement("textarea");
  const { dispute = "", channel = "", you = "", role = "", lang = "en" } = element.dataset;
  const words = wordsOf(part("words"));
  const { who, isMe, myName } = cast(part("people"), you);
  const shown = log(list, heard, template, words);
  const waiting = outbox(dispute);
  let after = Number(element.dataset.after ?? 0);
  /** @param {string} key */
  const tell = (key) => {
    status.hidden = key === "";
    status.textContent = key ? words(key) : "";
  };
  /** @param {import("./outbox.js").Pending} entry */
  const showOwn = (entry) => {
    if (entry.channel !== channel) return;
    const at = new Date(entry.at).toISOString();
    shown.message({ ...entry, at, seq: Infinity, name: myName, role, isMine: true });
    shown.state(entry.id, "waiting");
  };
  const flush = () => {
    for (const entry of waiting.list()) {
      if (connection.send(post(entry.id, entry.channel, entry.text, entry.lang))) shown.state(entry.id, "sending");
    }
  };
  /** @param {import("./protocol.js").EntryFrame} frame */
  const entry = (frame) => {
    if (frame.channel !== channel) return;
    after = Math.max(after, frame.seq);
    part("empty")?.remove();
    const { body, id, seq, at } = frame;
    const author = who(frame.by);
    waiting.drop(id);
    shown.state(id, "");
    if (body.kind === "message") {
      const isMine = isMe(author);
      shown.message({ id, seq, at, isMine, name: author.name, role: author.role, text: body.text ?? "", lang: body.lang ?? "" });
      shown.numbered(id, seq);
    } else if (body.kind === "arrival" || body.kind === "departure") {
      shown.event(id, seq, words(body.kind, who(body.who ?? frame.by).name));
    } else {
      shown.event(id, seq, words("reload"));
      element.classList.remove("live");
    }
    presenceOf.stops();
    connection.send(seen(channel, seq));
  };
  /** @param {import("./protocol.js").Frame} frame */
  const take = (frame) => {
    if (frame.t === "entry") entry(frame);
    else if (frame.t === "posted") {
      // `after` stays: an earlier entry of somebody else may still be on its way when the line breaks.
      waiting.drop(frame.id);
      shown.numbered(frame.id, frame.seq);
      shown.state(frame.id, "");
    } else if (frame.t === "refused" && frame.id) {
      const back = waiting.drop(frame.id);
      shown.state(frame.id, "failed");
      if (back && !text.value) text.value = back.text;
      if (frame.problem?.title) shown.say(frame.problem.title);
    } else if (frame.t === "typing" && frame.channel === channel) {
      const { name } = who(frame.by ?? frame.who);
      if (name) presenceOf.writes(name);
    } else if (frame.t === "welcome") {
      element.classList.add("live");
      flush();
    }
  };
  const place = new URL(`/api/v1/disputes/${dispute}/room/socket`, location.href);
  place.protocol = place.protocol.replace("http", "ws");
  const connection = line(place.href, {
    open: () => {
      tell("");
      connection.send(hello({ ...lastNumbers(element), [channel]: after }));
    },
    frame: take,
    broken: () => {
      element.classList.remove("live");
      tell(navigator.onLine ? "reconnecting" : "offline");
    },
    ended: () => tell("ended"),
  });
  const presenceOf = presence(dots, text, (name) => words("typing", name), () => connection.send(typing(channel)));
  keepDraft(form, text, `draft:${dispute}:${channel}`);
  waiting.list().forEach(showOwn);
  let hasHeld = false;
  form?.addEventListener("submit", (event) => {
    hasHeld ||= connection.holds();
    if (!hasHeld) return;
    event.preventDefault();
    const said = text.value.trim();
    if (!said) return;
    const pending = { id: entryId(Date.now()), channel, text: said, lang, at: Date.now() };
    waiting.put(pending);
    part("empty")?.remove();
    showOwn(pending);
    text.value = "";
    text.focus();
    if (connection.holds()) flush();
  });
  text.addEventListener("keydown", (event) => {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
    if (isSend && form instanceof HTMLFormElement) form.requestSubmit();
  });
}
