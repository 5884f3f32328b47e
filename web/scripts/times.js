// @ts-check
/**
 * Turns the moments of a page, which the house writes in its own zone, into the reader's own time, and says which zone
 * that is. Days without a time of day are left alone: a day on paper is the same day everywhere.
 * @param {NodeListOf<Element>} moments
 */
export default function times(moments) {
  const tag = document.documentElement.lang;
  // The house says 24 November: so does the script.
  const language = tag === "en" ? "en-GB" : tag;
  const words = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  for (const element of moments) {
    const moment = new Date(element.getAttribute("datetime") ?? "");
    if (!Number.isNaN(moment.getTime())) element.textContent = words.format(moment);
  }
}
