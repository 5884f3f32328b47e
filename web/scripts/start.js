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
