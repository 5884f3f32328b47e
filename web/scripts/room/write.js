// @ts-check
/**
 * The box in which one writes, and what becomes of the words: shown at once, kept until they are stored, and given back
 * where they were refused. Words go back into the box of their own channel and into no other: what was meant for the
 * mediator alone must never stand ready to be sent to everyone.
 * @typedef {import("./outbox.js").Pending} Pending
 */

/**
 * @param {{form: Element|null, text: HTMLTextAreaElement, channel: string, audience: string, lang: string, you: string, myName: string,
 *   part: (name: string) => Element|null, words: import("./cast.js").Words, shown: ReturnType<typeof import("./log.js").log>,
 *   waiting: ReturnType<typeof import("./outbox.js").outbox>, told: ReturnType<typeof import("./bodies.js").bodies>}} on
 */
export function composer({ form, text, channel, audience, lang, you, myName, part, words, shown, waiting, told }) {
  let hasEnded = false;
  let hasHeld = false;
  /** @param {Pending} entry @param {string} key */
  const show = (entry, key) => {
    const { id, at, text: said, lang: tag } = entry;
    const frame = { t: /** @type {const} */ ("entry"), id, seq: Infinity, at: "", channel, by: you, body: { kind: "message", text: said, lang: tag } };
    const content = told.content(frame);
    const line = { id, seq: Infinity, at: new Date(at).toISOString(), name: myName, role: you, isMine: true };
    part("empty")?.remove();
    if (content) shown.entry(line, content);
    shown.state(id, key);
  };
  /** Says that words wait in another channel, and where. */
  const tellElsewhere = () => {
    const place = part("kept");
    if (!(place instanceof HTMLElement)) return;
    const links = [...new Set(waiting.refused().map((entry) => entry.channel))]
      .filter((name) => name !== channel)
      .flatMap((name) => part("tabs")?.querySelector(`[data-name="${name}"]`) ?? [])
      .map((tab) => {
        const link = document.createElement("a");
        link.href = tab.getAttribute("href") ?? "";
        link.textContent = tab.textContent;
        return link;
      });
    place.hidden = links.length === 0;
    place.replaceChildren(words("kept"), ...links.flatMap((link) => [" ", link]));
  };
  /** @param {Pending} back */
  const giveBack = (back) => {
    if (back.channel !== channel) return;
    if (text.value || !form) return show(back, "refused");
    show(back, back.refused === "stale" ? "stale" : "failed");
    text.value = back.text;
    text.dispatchEvent(new Event("input"));
    waiting.drop(back.id);
  };
  return {
    /** The server did not take an entry. @param {string} id @param {string} [code] */
    refused(id, code) {
      const back = waiting.refuse(id, code === "stale-audience" ? "stale" : "failed");
      if (back) giveBack(back);
      else shown.state(id, "failed");
      tellElsewhere();
    },
    /** The line is known to hold: what is written waits for it from now on, also where it breaks before the first word. */
    held() {
      hasHeld = true;
    },
    /** The session is over: nothing that is typed now would be this person's. */
    ends() {
      hasEnded = true;
      text.disabled = true;
      text.value = "";
      for (const button of form?.querySelectorAll("button") ?? []) button.disabled = true;
    },
    /** @param {{holds: () => boolean, flush: (entries: Pending[]) => void, id: () => string}} line */
    begins(line) {
      for (const entry of waiting.list()) if (entry.channel === channel) show(entry, "waiting");
      waiting.refused().forEach(giveBack);
      tellElsewhere();
      form?.addEventListener("submit", (event) => {
        // A button with an address of its own fills the box, on the server.
        if (event instanceof SubmitEvent && event.submitter?.hasAttribute("formaction")) return;
        hasHeld ||= line.holds();
        if (!hasHeld && !hasEnded) return;
        event.preventDefault();
        const said = text.value.trim();
        if (!said || hasEnded) return;
        const pending = { id: line.id(), channel, text: said, lang, at: Date.now(), audience };
        waiting.put(pending);
        show(pending, "waiting");
        text.value = "";
        text.focus();
        if (line.holds()) line.flush([pending]);
      });
      text.addEventListener("keydown", (event) => {
        const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
        if (isSend && form instanceof HTMLFormElement) form.requestSubmit();
      });
    },
  };
}
