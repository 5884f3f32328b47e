// @ts-check
import { TRAIL, forget } from "./start.js";

/**
 * *Leave this page* at once: the page is emptied, the session ended in the background, and this entry of the history
 * replaced. Three presses of Shift do the same. Without this script the button posts, which ends the session too.
 * Whoever asks for it on the help page leaves no trail: a link of ours then takes the place of its page in the history.
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
    forget();
    navigator.sendBeacon(place, new URLSearchParams({ csrf }));
    location.replace(place);
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = 0;
  let pause = 0;
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = 0;
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    presses += 1;
    clearTimeout(pause);
    pause = setTimeout(() => (presses = 0), 3000);
    if (presses >= 3) leave();
  });
  leaveNoTrail();
}

/** @returns {boolean} */
function isTrailless() {
  try {
    return sessionStorage.getItem(TRAIL) === "yes";
  } catch {
    return false;
  }
}

/** Follows links of ours in place where that is wanted, and offers the choice where the page has it. */
function leaveNoTrail() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || !isTrailless() || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.target !== "") return;
    const here = location.pathname + location.search;
    if (link.origin !== location.origin || (link.hash !== "" && link.pathname + link.search === here)) return;
    event.preventDefault();
    location.replace(link.href);
  });
  const choice = document.querySelector("[data-part=trail]");
  const button = choice?.querySelector("button");
  if (!(choice instanceof HTMLElement) || !button) return;
  const show = () => button.setAttribute("aria-pressed", String(isTrailless()));
  button.addEventListener("click", () => {
    try {
      sessionStorage.setItem(TRAIL, isTrailless() ? "no" : "yes");
    } catch {
      // Then it stays off, and the button says so.
    }
    show();
  });
  show();
  choice.hidden = false;
}
