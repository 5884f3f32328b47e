// @ts-check
/**
 * What was written and is not yet stored by the server. It lies in the browser's own database, so that neither a reload
 * nor a phone that ends the page loses a word, under one id an entry: sent twice, it is stored once. It goes entry by
 * entry when the server says `posted`, and whole when the person signs out or leaves at once. Every row names the person:
 * on a phone that two people share, what one of them left behind must never be sent as the other's.
 * `audience` is what the screen said of who can read it when it was written.
 * @typedef {{id: string, channel: string, text: string, lang: string, at: number, audience?: string, refused?: string}} Pending
 */

import { DATABASE, TRAIL } from "../start.js";

const ROWS = "outbox";
/** Words that nobody came back for in a day are not left lying on a phone. */
const KEPT_MS = 86_400_000;
/** How long a database may take that another page is deleting; after that this page goes on without one. */
const WAIT_MS = 2000;

/** @returns {Promise<IDBDatabase|null>} nothing where the browser keeps nothing: then entries live as long as the page */
function database() {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), WAIT_MS);
    try {
      // Whoever wants to leave no trail keeps what was written in this page alone.
      if (sessionStorage.getItem(TRAIL) === "yes") return resolve(null);
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(ROWS, { keyPath: ["owner", "id"] });
      asked.onerror = () => resolve(null);
      asked.onsuccess = () => {
        // Whoever signs out in another tab deletes it, and must not have to wait for this one.
        asked.result.onversionchange = () => asked.result.close();
        resolve(asked.result);
      };
    } catch {
      resolve(null);
    }
  });
}

/** @param {string} person @param {string} dispute */
export function outbox(person, dispute) {
  const owner = `${person}:${dispute}`;
  /** @type {Pending[]} */
  let pending = [];
  let hasEnded = false;
  const opened = database();
  /** @param {(rows: IDBObjectStore) => void} change */
  const keep = async (change) => {
    try {
      const rows = (await opened)?.transaction(ROWS, "readwrite").objectStore(ROWS);
      if (rows) change(rows);
    } catch {
      // The database was deleted meanwhile: the person has signed out.
    }
  };
  /** @returns {Promise<void>} */
  const read = async () => {
    const rows = (await opened)?.transaction(ROWS).objectStore(ROWS);
    if (!rows) return;
    const asked = rows.getAll();
    await new Promise((resolve) => (asked.onsuccess = asked.onerror = resolve));
    const all = /** @type {(Pending & {owner: string})[]} */ (asked.result ?? []);
    // What is too old, or another person's who had this phone before, is not left lying here.
    const isKept = (/** @type {Pending & {owner: string}} */ row) =>
      row.at > Date.now() - KEPT_MS && row.owner.startsWith(`${person}:`);
    const old = all.filter((row) => !isKept(row));
    if (old.length > 0) keep((place) => old.forEach((row) => place.delete([row.owner, row.id])));
    if (hasEnded) return;
    const kept = all.filter((row) => isKept(row) && row.owner === owner).map(({ owner: _, ...entry }) => entry);
    pending = [...kept, ...pending];
  };
  return {
    /** Until then, what was kept before this page is not in the lists. */
    ready: read().catch(() => {}),
    /** All that waits to be sent, the oldest first. */
    list: () => pending.filter((entry) => !entry.refused),
    /** What the server refused: kept for the page of its own channel, and never sent again by itself. */
    refused: () => pending.filter((entry) => entry.refused),
    /** @param {Pending} entry */
    put(entry) {
      pending.push(entry);
      keep((rows) => rows.put({ owner, ...entry }));
    },
    /** @param {string} id */
    drop(id) {
      if (!pending.some((entry) => entry.id === id)) return;
      pending = pending.filter((entry) => entry.id !== id);
      keep((rows) => rows.delete([owner, id]));
    },
    /** @param {string} id @param {string} why of the words @returns {Pending|undefined} what the server refused */
    refuse(id, why) {
      const found = pending.find((entry) => entry.id === id);
      if (!found) return undefined;
      found.refused = why;
      keep((rows) => rows.put({ owner, ...found }));
      return found;
    },
    /** The session is over: nothing of it goes out any more. */
    ends() {
      hasEnded = true;
      pending = [];
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
