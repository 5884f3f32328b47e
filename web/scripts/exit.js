// @ts-check
/**
 * *Leave this page* at once: the page is emptied, the session ended in the background, and this entry of the history
 * replaced. Three presses of Shift do the same. Without this script the button posts, which ends the session too.
 * @param {Element} element the form
 */
export default function exit(element) {
  if (!(element instanceof HTMLFormElement)) return;
  const place = element.action;
  const field = element.querySelector("input[name=csrf]");
  const csrf = field instanceof HTMLInputElement ? field.value : "";
  const leave = () => {
    document.title = "\u200b";
    document.body.replaceChildren();
    try {
      sessionStorage.clear();
    } catch {
      // Storage can be switched off; then nothing was stored.
    }
    navigator.sendBeacon(place, new URLSearchParams({ csrf }));
    location.replace(place);
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = 0;
  let forget = 0;
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = 0;
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    presses += 1;
    clearTimeout(forget);
    forget = setTimeout(() => (presses = 0), 3000);
    if (presses >= 3) leave();
  });
}
