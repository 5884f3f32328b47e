// @ts-check
/**
 * Who is writing: shown for some seconds, and told to the others at most every four. The server passes it on only
 * inside a session that the mediator opened.
 * @param {HTMLElement} place
 * @param {HTMLTextAreaElement} text
 * @param {(name: string) => string} words
 * @param {() => void} tell
 */
export function presence(place, text, words, tell) {
  let told = 0;
  let forget = 0;
  text.addEventListener("input", () => {
    const now = Date.now();
    if (now - told < 4000 || text.value === "") return;
    told = now;
    tell();
  });
  return {
    /** @param {string} name */
    writes(name) {
      place.textContent = words(name);
      clearTimeout(forget);
      forget = setTimeout(() => (place.textContent = ""), 6000);
    },
    stops() {
      place.textContent = "";
    },
  };
}
