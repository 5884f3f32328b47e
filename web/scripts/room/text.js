// @ts-check
/**
 * Keeps a part of the page up to date that the server makes. Nothing is asked for while it does not show: a telephone has
 * no room for the text beside the conversation, and loads none of it.
 * @param {Element|null} place where it stands, under the name that it has in the page it comes from
 * @param {Element|null} changed says that there is a newer one
 * @param {string} path of the page it comes from
 * @param {boolean} isStale whether the page came without it
 * @param {() => void} [then] when it is there
 */
export function brought(place, changed, path, isStale, then) {
  let asks = false;
  const read = () => {
    if (!(place instanceof HTMLElement) || !isStale || asks || place.offsetParent === null) return;
    isStale = false;
    asks = true;
    const ask = new XMLHttpRequest();
    ask.open("GET", path);
    // The browser reads it as a document, in which no script runs: no markup is ever written from here.
    ask.responseType = "document";
    ask.onloadend = () => {
      asks = false;
      const now = ask.status === 200 ? ask.response?.querySelector(`[data-part=${place.dataset.part}]`) : null;
      // Whoever is at a link of the text keeps it, and is told; at a button, until they leave it.
      const stays = place.contains(document.activeElement);
      if (!now || (stays && !changed)) {
        // The line broke, or it waits: it is asked for again with the next thing that happens.
        isStale = true;
        return;
      }
      if (!stays) place.replaceChildren(...now.childNodes);
      // The house writes its own time; here it is the reader's.
      import("../times.js").then((module) => module.default(place.querySelectorAll("time[datetime*=T]"))).catch(() => {});
      changed?.toggleAttribute("hidden", !stays);
      then?.();
      read();
    };
    ask.send();
  };
  addEventListener("resize", read);
  addEventListener("online", read);
  place?.addEventListener("focusout", () => setTimeout(read));
  read();
  return () => {
    isStale = true;
    read();
  };
}
