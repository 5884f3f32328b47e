// @ts-check
/**
 * The list of entries that is seen, and the hidden log that a screen reader reads: one line a message, taken away
 * afterwards, so that nothing is read twice. Texts are set as text, never as HTML.
 * @typedef {{id: string, seq: number, at: string, name: string, role: string, isMine: boolean}} Line
 */

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} heard
 * @param {HTMLTemplateElement} template
 * @param {import("./cast.js").Words} words
 */
export function log(list, heard, template, words) {
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  /** @param {string} id */
  const find = (id) => document.getElementById(`e-${id}`);
  const isAtEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 240;
  /** @param {HTMLElement} item @param {number} seq */
  const place = (item, seq) => {
    item.dataset.seq = String(seq);
    const after = [...list.children].find((other) => Number(other.getAttribute("data-seq") ?? Infinity) > seq);
    list.insertBefore(item, after ?? null);
  };
  /** @param {string} text */
  const say = (text) => {
    const said = document.createElement("p");
    said.textContent = text;
    heard.append(said);
    setTimeout(() => said.remove(), 10000);
  };
  /** @param {Element} item @param {boolean} follows */
  const show = (item, follows) => {
    if (follows) item.scrollIntoView({ block: "center" });
  };
  return {
    find,
    say,
    /** Shows an entry of somebody. @param {Line} line @param {Node} content */
    entry(line, content) {
      if (find(line.id)) return;
      const item = template.content.firstElementChild?.cloneNode(true);
      if (!(item instanceof HTMLElement)) return;
      const follows = line.isMine || isAtEnd();
      item.id = `e-${line.id}`;
      if (line.role) item.classList.add(line.role);
      item.classList.toggle("mine", line.isMine);
      const [name, note, time, state] = ["strong", ".by span", "time", ".state"].map((part) => item.querySelector(part));
      if (!name || !note || !time || !state) return;
      name.textContent = line.name;
      note.textContent = line.isMine ? `(${words("you")})` : ["mediator", "co-mediator"].includes(line.role) ? `(${words(line.role)})` : "";
      time.textContent = clock.format(new Date(line.at));
      time.setAttribute("datetime", line.at);
      item.insertBefore(content, state);
      place(item, line.seq);
      show(item, follows);
      const told = [...item.children].filter((part) => !part.matches(".by, .state")).map((part) => part.textContent);
      if (!line.isMine) say(`${words("said", line.name)} ${told.join(" ")}`);
    },
    /** Shows a line of the house. @param {string} id @param {number} seq @param {string} text @param {(Node|string)[]} links */
    event(id, seq, text, links) {
      if (find(id)) return;
      const follows = isAtEnd();
      const item = document.createElement("li");
      item.id = `e-${id}`;
      item.className = "event";
      item.append(text, ...links);
      place(item, seq);
      show(item, follows);
      say(text);
    },
    /** What has become of an entry of one's own. @param {string} id @param {string} key of the words; empty: stored */
    state(id, key) {
      const item = find(id);
      const state = item?.querySelector(".state");
      if (!item || !state) return;
      item.classList.toggle("failed", ["failed", "refused", "stale"].includes(key));
      state.textContent = key ? words(key) : "";
    },
    /** The number that the server gave. @param {string} id @param {number} seq */
    numbered(id, seq) {
      const item = find(id);
      if (item) place(item, seq);
    },
  };
}
