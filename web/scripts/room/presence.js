// @ts-check
/**
 * Who is there, and who is writing: the latter shown for some seconds, and told to the others at most every four. The
 * server passes both on only inside a session that the mediator opened; until then the mediator alone hears who waits.
 * @param {{typing: HTMLElement, here: HTMLElement, waits: Element|null}} places
 * @param {HTMLTextAreaElement} text
 * @param {import("./cast.js").Words} words
 * @param {() => void} tell
 */
export function presence(places, text, words, tell) {
  let told = 0;
  let forget = 0;
  /** @type {Set<string>} */
  const there = new Set();
  /** @type {Set<string>} */
  const waiting = new Set();
  /** @param {Element|null} place @param {"here"|"waits"} key @param {Set<string>} names */
  const show = (place, key, names) => {
    if (!(place instanceof HTMLElement)) return;
    place.hidden = names.size === 0;
    place.textContent = names.size === 0 ? "" : words(key, [...names].join(", "));
  };
  const showAll = () => {
    show(places.here, "here", there);
    show(places.waits, "waits", waiting);
  };
  text.addEventListener("input", () => {
    const now = Date.now();
    if (now - told < 4000 || text.value === "") return;
    told = now;
    tell();
  });
  return {
    /** @param {string} name @param {boolean} isHere */
    comes(name, isHere) {
      if (isHere) there.add(name);
      else there.delete(name);
      showAll();
    },
    /** @param {string} name @param {boolean} isHere while no session is open */
    waits(name, isHere) {
      if (isHere) waiting.add(name);
      else waiting.delete(name);
      showAll();
    },
    /** A session is over: nobody is known to be there. */
    closes() {
      there.clear();
      showAll();
    },
    /** A session begins, and whoever waited is let in. */
    opens() {
      waiting.clear();
      showAll();
    },
    /** A line that broke: nothing is known of anybody. */
    empties() {
      there.clear();
      waiting.clear();
      showAll();
    },
    /** @param {string} name */
    writes(name) {
      places.typing.textContent = words("typing", name);
      clearTimeout(forget);
      forget = setTimeout(() => (places.typing.textContent = ""), 6000);
    },
    stops() {
      places.typing.textContent = "";
    },
  };
}
