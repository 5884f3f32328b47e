// @ts-check
/**
 * What an entry says, as the page that the server makes shows it: words, a file, an agenda, an offer with its promises
 * and its answers, or a line of the house. Texts are set as text, never as HTML.
 * @typedef {import("./protocol.js").EntryFrame} EntryFrame
 * @typedef {import("./protocol.js").Body} Body
 * @typedef {import("./cast.js").Person} Person
 * @typedef {{words: import("./cast.js").Words, who: (by: unknown) => Person, isMe: (person: Person) => boolean, sides: Record<string, string>, part: (name: string) => Element|null}} Told
 */

const tag = document.documentElement.lang;
// The house says 24 November: so does the script.
const language = tag === "en" ? "en-GB" : tag;
const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

/** @param {string} tag @param {string} look @param {string} [text] */
function made(tag, look, text = "") {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.textContent = text;
  return element;
}

/** Words of somebody, in their language. @param {string} [text] @param {string} [lang] */
const said = (text, lang = "") => Object.assign(made("p", "said", text), { lang, dir: "auto" });

/** @param {string} text @param {string} to an entry of this page */
const link = (text, to) => {
  const link = made("a", "", text);
  link.setAttribute("href", `#e-${to}`);
  return link;
};

/** @param {Told} told */
export function bodies({ words, who, isMe, sides, part }) {
  /** @param {import("./protocol.js").Term} term */
  const promise = (term) => {
    const block = document.createDocumentFragment();
    block.append(made("p", "promise-who", words("promise", sides[term.debtor] ?? "", sides[term.creditor] ?? "")));
    for (const [tag, text] of Object.entries(term.text ?? {})) {
      const line = made("p", "promise-text", text);
      line.lang = tag;
      line.dir = "auto";
      block.append(line);
    }
    const facts = made("p", "promise-facts");
    if (term.amount) {
      const amount = made("span", "", `${words("amount")} `);
      amount.append(made("bdi", "", `${term.amount.currency} ${term.amount.value}`));
      facts.append(amount, " ");
    }
    if (term.due_on) facts.append(made("span", "", `${words("by")} ${day.format(new Date(term.due_on))}`));
    block.append(facts);
    return block;
  };
  /** What the page has ready for an entry: forms that answer an offer, a link. @param {string} name @param {string} id */
  const ready = (name, id) => {
    const template = part(name);
    if (!(template instanceof HTMLTemplateElement)) return "";
    const copy = template.content.cloneNode(true);
    if (!(copy instanceof DocumentFragment)) return "";
    // Inside a template an address is not resolved yet: the attribute is read, not the property.
    for (const place of copy.querySelectorAll("form, a")) {
      const at = place.matches("form") ? "action" : "href";
      place.setAttribute(at, (place.getAttribute(at) ?? "").replace("OFFER", id));
    }
    return copy;
  };
  /** Whose it is: what was passed on is its side's, which may be nobody who sits here. @param {EntryFrame} frame @returns {Person} */
  const author = ({ body, by }) => {
    const found = who(body.of ?? by);
    return body.of && !found.name ? { id: null, role: body.of, name: sides[body.of] ?? "" } : found;
  };
  /** @param {EntryFrame} frame */
  const offer = (frame) => {
    const { body, by, id } = frame;
    const box = made("div", "offer");
    const isMine = isMe(who(by));
    const head = made("p", "");
    head.append(made("strong", "", words(body.kind === "offer" ? "offer" : "counter")), " ", made("span", "tag", words("open")));
    box.append(head);
    if (body.offer) {
      const before = made("p", "quiet");
      before.append(link(words("instead"), body.offer));
      box.append(before);
    }
    box.append(...(body.terms ?? []).map(promise));
    if (body.note) box.append(said(body.note));
    if (body.expires_at) box.append(made("p", "quiet", `${words("until")} ${moment.format(new Date(body.expires_at))}`));
    box.append(made("p", "quiet", words("not-binding")), ready(isMine ? "withdraw" : "answer", id));
    box.dataset.offer = id;
    return box;
  };
  /** What the mediator asks both sides to answer in secret, on a page of its own. @param {Body} body */
  const secret = (body) => {
    const asks = body.kind !== "proposal";
    const texts = Object.entries(body.question ?? {}).map(([lang, text]) => said(text, lang));
    const link = made("a", "", words("answer"));
    link.setAttribute("href", `${location.pathname}/${asks ? "blind-bids" : "proposals"}`);
    const note = body.note ? [said(body.note)] : [];
    const end = body.expires_at ? [made("p", "quiet", `${words("until")} ${moment.format(new Date(body.expires_at))}`)] : [];
    return [made("strong", "", words(asks ? "bids" : "proposal")), ...texts, ...(body.terms ?? []).map(promise), ...note, ...end, link];
  };
  /** @param {EntryFrame} frame @returns {DocumentFragment|null} */
  const content = (frame) => {
    const { body } = frame;
    const block = document.createDocumentFragment();
    if (body.kind === "shared" && body.item) {
      // Said in private: it is its side's, and so are the buttons.
      const item = content({ ...frame, by: body.of, body: body.item });
      block.append(made("p", "quiet", words("share-said", author(frame).name)), item ?? "");
    } else if (body.kind === "message") {
      block.append(said(body.text, body.lang));
    } else if (body.kind === "file") {
      const link = made("a", "");
      link.setAttribute("href", `/files/${body.file}`);
      if (body.thumbnail) {
        const { width, height } = body.thumbnail;
        const picture = Object.assign(new Image(width, height), { loading: "lazy", alt: body.caption ?? words("file") });
        picture.src = `/files/${body.file}/thumbnail`;
        link.append(picture, " ");
      }
      link.append(words("file"));
      block.append(link, body.caption ? Object.assign(made("p", "said", body.caption), { dir: "auto" }) : "");
    } else if (body.kind === "agenda") {
      const items = body.items ?? [];
      block.append(made("p", "quiet", words("agenda")), said(items.join("\n")));
      if (body.current) block.append(made("p", "", `${words("agenda-now")} ${items[body.current - 1]}`));
    } else if (body.kind === "summary" || body.kind === "summary_corrected") {
      const head = made("p", "quiet", `${words(body.kind)} `);
      if (body.entry) head.append(link(words("share-show"), body.entry));
      block.append(head, said(body.text, body.lang), body.entry ? "" : ready("summary", frame.id));
    } else if (body.kind === "offer" || body.kind === "offer_countered") block.append(offer(frame));
    else if (body.kind === "blind_bid_asked" || body.kind === "proposal") block.append(...secret(body));
    else return null;
    return block;
  };
  return {
    author,
    ready,
    /** What stands under the author's name; nothing for a line of the house. @param {EntryFrame} frame */
    content,
    /** What a line of the house leads to. @param {EntryFrame} frame @returns {(Node|string)[]} */
    links({ body }) {
      if (!body.entry) return [];
      return [" ", link(words("share-show"), body.entry), " ", body.kind === "share_asked" ? ready("decide", body.entry) : ""];
    },
    /** A line of the house, in words; empty for a kind that this script does not know. @param {EntryFrame} frame */
    event({ body, by }) {
      const { name } = who(body.who ?? by);
      if (body.kind === "offer_closed") return words(`closed-${body.state}`);
      if (body.kind === "caucus") return words(`caucus-${body.state}`, name);
      if (body.kind === "timer") {
        const length = `${Math.floor((body.seconds ?? 0) / 60)}:${String((body.seconds ?? 0) % 60).padStart(2, "0")}`;
        return body.who ? words("timer", sides[body.who] ?? "", length) : words("timer-all", length);
      }
      if (body.kind === "session") return words(`session-${body.state}`);
      if (["seat_taken", "seat_ended"].includes(body.kind) && body.who === "co-mediator") return words(`${body.kind}-co`);
      if (body.kind === "revision") return words(body.state ?? "");
      if (body.kind === "signature") return body.who ? words("signature", name) : words("all-signed");
      if (body.kind === "blind_bid_round_closed") return words(body.next ? "bid-next" : "bid-last");
      if (body.kind === "blind_bids_met") return words(body.kind, `${body.amount?.currency} ${body.amount?.value}`);
      if (body.kind === "suggestion") return words(`suggestion-${body.state}`, name);
      return words(body.kind, name);
    },
    /** What a side said of a summary that is shown stands under it. @param {EntryFrame} frame */
    answered({ body, by }) {
      const item = document.getElementById(`e-${body.entry}`);
      const line = made("p", "quiet", words(body.kind.replace("_", "-"), who(by).name));
      line.dataset.of = String(by);
      item?.querySelector(`[data-of=${by}]`)?.remove();
      item?.querySelector(".said")?.after(line);
    },
    /** What has become of an offer that is shown: it can be answered once. @param {string} id @param {string} state */
    close(id, state) {
      const item = document.getElementById(`e-${id}`);
      const tag = item?.querySelector(".offer .tag");
      if (tag) tag.textContent = words(state);
      for (const answer of item?.querySelectorAll(".offer .answers") ?? []) answer.remove();
    },
  };
}
