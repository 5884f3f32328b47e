// @ts-check
/**
 * Keeps the text beside the conversation up to date. Nothing is asked for while it does not show: a telephone has no room
 * for it, and loads none of it.
 * @param {Element|null} place where the text stands
 * @param {Element|null} changed says that there is a newer one
 * @param {string} dispute
 */
export function workingText(place, changed, dispute) {
  let isStale = true;
  let asks = false;
  const read = () => {
    if (!(place instanceof HTMLElement) || !isStale || asks || place.offsetParent === null) return;
    isStale = false;
    asks = true;
    const ask = new XMLHttpRequest();
    ask.open("GET", `/rooms/${dispute}/text`);
    // The browser reads it as a document, in which no script runs: no markup is ever written from here.
    ask.responseType = "document";
    ask.onloadend = () => {
      asks = false;
      const now = ask.status === 200 ? ask.response?.querySelector("[data-part=text]") : null;
      if (!now) {
        // The line broke: it is asked for again with the next thing that happens.
        isStale = true;
        return;
      }
      // Whoever is at a link of the text keeps it, and is told.
      const stays = place.contains(document.activeElement);
      if (!stays) place.replaceChildren(...now.childNodes);
      changed?.toggleAttribute("hidden", !stays);
      read();
    };
    ask.send();
  };
  addEventListener("resize", read);
  addEventListener("online", read);
  read();
  return () => {
    isStale = true;
    read();
  };
}
