// @ts-check
/**
 * The one script that every page loads. An element that says `data-module="room/room"` is handed to the function that
 * `room/room.js` exports as default; where that fails, the page goes on working as plain HTML. Not here: anything
 * that a page needs in order to work.
 */
for (const element of document.querySelectorAll("[data-module]")) {
  const name = element.getAttribute("data-module") ?? "";
  if (!/^[a-z]+(\/[a-z]+)?$/.test(name)) continue;
  import(`./${name}.js`).then((module) => module.default(element)).catch(() => {});
}
// A page that Back brings out of the browser's memory is asked for again: the session may have ended meanwhile.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
// What sends a file in pieces is loaded once somebody chooses one.
addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === "file" && target.form?.hasAttribute("data-pieces")) {
    const { form } = target;
    import("./forms/upload.js").then((module) => module.default(form)).catch(() => {});
  }
});
/** The one database of this browser: what was written in a room and has not gone out. */
export const DATABASE = "concord";
/** Whether the person wants to leave no trail, in the tab's own storage: `yes` or `no`. */
export const TRAIL = "no-trail";
/** What was typed and kept here is the person's whose session it was, and nobody's who comes after. */
export function forget() {
  try {
    sessionStorage.clear();
    indexedDB.deleteDatabase(DATABASE);
  } catch {
    // Storage can be switched off; then nothing was stored.
  }
}
addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && new URL(event.target.action).pathname === "/sign-out") forget();
}, true);
// The house says its own time and zone; here each moment is turned into the reader's.
const moments = document.querySelectorAll("time[datetime*=T]");
if (moments.length > 0) import("./times.js").then((module) => module.default(moments)).catch(() => {});
