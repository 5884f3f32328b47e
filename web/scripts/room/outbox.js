// @ts-check
/**
 * What was written and is not yet stored by the server. It lives in the tab's own storage, so that a reload loses
 * nothing and another tab sees nothing; it is emptied entry by entry when the server says `posted`. Every key names the
 * person: on a phone that two people share, what one of them left behind must never be sent as the other's.
 * `audience` is what the screen said of who can read it when it was written.
 * @typedef {{id: string, channel: string, text: string, lang: string, at: number, audience?: string, refused?: string}} Pending
 */

/** @param {string} person @param {string} dispute */
export function outbox(person, dispute) {
  const key = `outbox:${person}:${dispute}`;
  /** @type {Pending[]} */
  let pending = [];
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    if (Array.isArray(kept)) pending = kept;
  } catch {
    pending = [];
  }
  const save = () => {
    try {
      if (pending.length > 0) sessionStorage.setItem(key, JSON.stringify(pending));
      else sessionStorage.removeItem(key);
    } catch {
      // Without storage the entries live as long as the page.
    }
  };
  return {
    /** All that waits to be sent, the oldest first. */
    list: () => pending.filter((entry) => !entry.refused),
    /** What the server refused: kept for the page of its own channel, and never sent again by itself. */
    refused: () => pending.filter((entry) => entry.refused),
    /** @param {Pending} entry */
    put(entry) {
      pending.push(entry);
      save();
    },
    /** @param {string} id */
    drop(id) {
      pending = pending.filter((entry) => entry.id !== id);
      save();
    },
    /** @param {string} id @param {string} why of the words @returns {Pending|undefined} what the server refused */
    refuse(id, why) {
      const found = pending.find((entry) => entry.id === id);
      if (found) found.refused = why;
      save();
      return found;
    },
  };
}

/**
 * Keeps what was typed and not sent, across reloads of this tab, until it is sent.
 * @param {Element|null} form
 * @param {HTMLTextAreaElement} text
 * @param {string} key
 */
export function keepDraft(form, text, key) {
  try {
    text.value ||= sessionStorage.getItem(key) ?? "";
    text.addEventListener("input", () => {
      if (!text.disabled) sessionStorage.setItem(key, text.value);
    });
    form?.addEventListener("submit", () => sessionStorage.removeItem(key));
  } catch {
    // Storage can be switched off.
  }
}

/** Nothing of a session outlives it in this tab. */
export function forget() {
  try {
    sessionStorage.clear();
  } catch {
    // Storage can be switched off; then nothing was stored.
  }
}
