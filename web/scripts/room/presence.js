// @ts-check
/**
 * Who is there, and who is writing: the latter shown for some seconds, and told to the others at most every four. The
 * server passes both on only inside a session that the mediator opened.
 * @param {{typing: HTMLElement, here: HTMLElement}} places
 * @param {HTMLTextAreaElement} text
 * @param {import("./cast.js").Words} words
 * @param {() => void} tell
 */
export function presence(places, text, words, tell) {
  let told = 0;
  let forget = 0;
  /** @type {Set<string>} */
  const there = new Set();
  const showThere = () => {
    places.here.hidden = there.size === 0;
    places.here.textContent = there.size === 0 ? "" : words("here", [...there].join(", "));
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
      showThere();
    },
    /** A line that broke, or a session that is over: nobody is known to be there. */
    empties() {
      there.clear();
      showThere();
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
