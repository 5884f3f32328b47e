// @ts-check
/**
 * What the page says about the room for the scripts: who is in it, what things are called, how far each channel was
 * read. It comes from hidden lists and a block of words in the page, so that no data stands in a script.
 * @typedef {{id: string|null, role: string, name: string}} Person
 */

/**
 * @param {Element|null} list
 * @param {string} you the reader's id or seat
 */
export function cast(list, you) {
  /** @type {Person[]} */
  const people = [...(list?.children ?? [])].map((person) => ({
    id: person.getAttribute("data-id"),
    role: person.getAttribute("data-role") ?? "",
    name: person.textContent ?? "",
  }));
  /** The person whom a frame names, by id or by seat. @param {unknown} by @returns {Person} */
  const who = (by) => {
    const named = typeof by === "object" && by !== null && "id" in by ? by.id : by;
    return people.find((person) => person.id === named || person.role === named) ?? { id: null, role: "", name: "" };
  };
  /** Whoever sat down after the page was made, on a seat that may have been another's. @param {{id: string, name: string}[]} now */
  const learns = (now = []) => {
    for (const { id, name } of now) {
      const known = people.find((one) => one.role === id);
      if (!known) people.push({ id, role: id, name });
      else if (!known.name.includes(name)) known.name = name;
    }
  };
  /** @param {Person} person */
  const isMe = (person) => person.name !== "" && (person.id === you || person.role === you);
  return { who, isMe, learns, myName: people.find(isMe)?.name ?? "" };
}

/** @typedef {(key: string, ...names: string[]) => string} Words */

/**
 * The words that the scripts say, by key; `%1` and `%2` stand for names.
 * @param {Element|null} block the page's block of messages, as JSON
 * @returns {Words}
 */
export function wordsOf(block) {
  /** @type {Record<string, unknown>} */
  let said = {};
  try {
    said = JSON.parse(block?.textContent ?? "{}");
  } catch {
    // Without words the room still shows what people say.
  }
  return (key, ...names) => String(said[key] ?? "").replace(/%(\d)/g, (_, place) => names[Number(place) - 1] ?? "");
}

/**
 * The last number of every channel when the page was made: nothing before it needs to be replayed.
 * @param {HTMLElement} element
 * @returns {Record<string, number>}
 */
export function lastNumbers(element) {
  const tabs = [...element.querySelectorAll("[data-last]")];
  return Object.fromEntries(tabs.map((tab) => [tab.getAttribute("data-name"), Number(tab.getAttribute("data-last"))]));
}
