// @ts-check
/**
 * A form with a file that says how far it is, can be stopped, and goes on after a broken line; after the page was loaded
 * anew it goes on when the same file is chosen. Without this the form is sent as a whole. It comes once somebody chooses a
 * file.
 */
import { entryId } from "../room/protocol.js";
import { cancel, known, send } from "./pieces.js";

/** What is shorter goes as a whole: one request takes less than four. */
const SHORT = 64 * 1024;
const LONGEST = 25 * 1024 * 1024;

/** @type {WeakSet<Element>} */
const forms = new WeakSet();

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement ? found : undefined;
}

/** What this tab keeps of an upload under way: its id, and by what its file is known again; no name. @param {string} key */
const memory = (key) => ({
  /** @param {File} file */
  of(file) {
    const [id = "", size, at] = (storage()?.getItem(key) ?? "").split("/");
    return size === String(file.size) && at === String(file.lastModified) ? id : "";
  },
  /** The upload of another file that nobody will complete: the room that is kept for it is needed. @param {File} file */
  left: (file) => (memory(key).of(file) ? "" : (storage()?.getItem(key) ?? "").split("/")[0]),
  /** @param {string} id @param {File} file */
  keeps: (id, file) => storage()?.setItem(key, `${id}/${file.size}/${file.lastModified}`),
  forgets: () => storage()?.removeItem(key),
});

/** The tab's own storage; it can be switched off. */
function storage() {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** @param {HTMLFormElement} form @param {Record<string, string>} words */
function line(form, words) {
  const box = document.createElement("div");
  const [bar, text, stop] = [document.createElement("progress"), document.createElement("p"), document.createElement("button")];
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  box.className = "sending";
  bar.setAttribute("aria-label", words.sending ?? "");
  text.setAttribute("role", "status");
  Object.assign(stop, { type: "button", className: "second", textContent: words.stop });
  box.append(bar, text, stop);
  form.append(box);
  let shown = "";
  /** @param {string|undefined} words A line that is read out, so it changes as seldom as may be. */
  const says = (words) => {
    if (words !== undefined && words !== shown) text.textContent = shown = words;
  };
  return {
    stop,
    says,
    /** @param {number} part of one */
    at(part) {
      bar.value = part;
      says(`${words.sending} ${percent.format(Math.floor(part * 10) / 10)}`);
    },
    /** @param {number} part */
    part: (part) => percent.format(Math.floor(part * 100) / 100),
    /** @param {boolean} is */
    works(is) {
      bar.hidden = stop.hidden = !is;
      for (const button of form.querySelectorAll("button:not([type=button])")) if (button instanceof HTMLButtonElement) button.disabled = is;
    },
  };
}

/** @param {Element} element the form */
export default function upload(element) {
  if (!(element instanceof HTMLFormElement) || forms.has(element)) return;
  const form = element;
  const [input, token] = [field(form, "file"), field(form, "csrf")?.value ?? ""];
  const [, where, dispute] = /^\/(disputes|rooms)\/([^/]+)\/files$/.exec(new URL(form.action).pathname) ?? [];
  if (!input || !dispute) return;
  forms.add(form);
  const channel = field(form, "channel")?.value ?? "";
  const kept = memory(`upload/${dispute}/${channel}`);
  const asked = fetch("/files/words").then((answer) => (answer.ok ? answer.json() : undefined)).catch(() => undefined);
  /** @type {ReturnType<typeof line>|undefined} */
  let shown;
  /** @type {Record<string, string>|undefined} */
  let words;

  const chosen = () => {
    const file = input.files?.[0];
    const id = file && kept.of(file);
    if (!file || !id) return;
    known(id).then((offset) => {
      if (offset) shown?.says(`${words?.resumes} ${shown.part(offset / file.size)}`);
      else kept.forgets();
    });
  };
  asked.then((found) => {
    if (!found) return;
    words = found;
    shown = line(form, found);
    shown.works(false);
    chosen();
  });
  input.addEventListener("change", chosen);

  form.addEventListener("submit", (event) => {
    const file = input.files?.[0];
    if (!file || !words || !shown || file.size <= SHORT) return;
    event.preventDefault();
    if (file.size > LONGEST) return shown.says(words["file-too-large"]);
    sends(file, words, shown);
  });

  /** @param {File} file @param {Record<string, string>} words @param {ReturnType<typeof line>} shown */
  async function sends(file, words, shown) {
    const end = new AbortController();
    let id = kept.of(file);
    const left = kept.left(file);
    if (left) cancel(left, token);
    shown.works(true);
    shown.at(0);
    shown.stop.onclick = () => end.abort();
    const said = { id: field(form, "id")?.value, caption: field(form, "caption")?.value, audience_digest: field(form, "audience_digest")?.value };
    try {
      const done = await send(file, {
        dispute: dispute ?? "", channel, token, known: id, stop: end.signal, ...(where === "rooms" ? { said } : {}),
        begun: (upload) => kept.keeps((id = upload), file),
        at: (bytes) => shown.at(bytes / file.size),
        broken: (is) => is && shown.says(words.broken),
        checks: () => shown.says(words.checks),
      });
      kept.forgets();
      // In quarantine it is in no room: its owner sees how it stands among their files.
      if (where === "disputes" || done.quarantine) return location.assign(`/disputes/${dispute}/files`);
      form.reset();
      const fresh = field(form, "id");
      if (fresh) fresh.value = entryId(Date.now());
      shown.says(words.sent);
    } catch (why) {
      if (end.signal.aborted && id) cancel(id, token);
      // What was refused for who reads it, or for the moment, goes on when it is sent again.
      const { code = "", field = "" } = /** @type {import("./pieces.js").Refused} */ (why ?? {});
      if (code !== "stale-audience") kept.forgets();
      shown.says(end.signal.aborted ? words.stopped : words[field] || words[code] || words.failed);
    }
    shown.works(false);
  }
}
