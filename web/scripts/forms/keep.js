// @ts-check
/**
 * Asks before a page with typed and unsaved words is left by accident. Sending the form, and *Leave this page*, never
 * ask.
 * @param {Element} element the form
 */
export default function keep(element) {
  if (!(element instanceof HTMLFormElement)) return;
  let isTyped = false;
  element.addEventListener("input", () => (isTyped = true));
  document.addEventListener("submit", () => (isTyped = false), true);
  addEventListener("beforeunload", (event) => {
    if (isTyped && document.body.childElementCount > 0) event.preventDefault();
  });
}
