// @ts-check
/**
 * What was written and is not yet stored by the server. It lives in the tab's own storage, so that a reload loses
 * nothing and another tab sees nothing; it is emptied entry by entry when the server says `posted`.
 * @typedef {{id: string, channel: string, text: string, lang: string, at: number}} Pending
 */

/** @param {string} dispute */
export function outbox(dispute) {
  const key = `outbox:${dispute}`;
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
      sessionStorage.setItem(key, JSON.stringify(pending));
    } catch {
      // Without storage the entries live as long as the page.
    }
  };
  return {
    /** All that waits, the oldest first. */
    list: () => [...pending],
    /** @param {Pending} entry */
    put(entry) {
      pending.push(entry);
      save();
    },
    /** @param {string} id @returns {Pending|undefined} what was taken out */
    drop(id) {
      const found = pending.find((entry) => entry.id === id);
      pending = pending.filter((entry) => entry.id !== id);
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
    text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
    form?.addEventListener("submit", () => sessionStorage.removeItem(key));
  } catch {
    // Storage can be switched off.
  }
}
