// @ts-check
/**
 * Whose turn it is: the time that the mediator gave, as it runs out, and the hands that are up. The page says when the time
 * is over; here it is counted, and said once. Fetched when there is a session or a timer: who only reads never loads it.
 * @param {{part: (name: string) => Element|null, words: import("./cast.js").Words, you: string,
 *   who: (by: unknown) => import("./cast.js").Person, send: (frame: object) => boolean, carriesAll: () => boolean}} on
 */
export function floor({ part, words, you, who, send, carriesAll }) {
  const [head, over, list, button] = ["standing", "over", "hands", "hand"].map(part);
  const minutes = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "minute" });
  /** @param {string} text */
  const say = (text) => over && (over.textContent = text);
  let timer = 0;
  const starts = () => {
    clearInterval(timer);
    const [box, left] = ["[data-left]", ".left"].map((name) => head?.querySelector(name));
    const seconds = Number(box?.getAttribute("data-left"));
    if (!left || !seconds) return;
    say("");
    const end = Date.now() + seconds * 1000;
    const ticks = () => {
      const now = Math.ceil((end - Date.now()) / 1000);
      // Who wants nothing to move sees minutes alone.
      const calm = matchMedia("(prefers-reduced-motion:reduce)").matches;
      const text = calm ? minutes.format(Math.ceil(now / 60)) : `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
      if (left.textContent !== text) left.textContent = text;
      if (now > 0) return;
      clearInterval(timer);
      left.textContent = "";
      say(words("timer-over"));
    };
    timer = setInterval(ticks, 1000);
    ticks();
  };
  /** Roles, in the order in which the server tells of them. @type {Set<string>} */
  const up = new Set();
  const show = () => {
    const lines = [...up].map((one) => {
      const { name } = who(one);
      const line = document.createElement("li");
      line.append(words("hand", name));
      if (!["mediator", "co-mediator"].includes(you)) return line;
      const give = document.createElement("button");
      give.textContent = words("floor-give", name);
      give.className = "second";
      give.onclick = () => send({ t: "hand", up: false, who: one });
      line.append(" ", give);
      return line;
    });
    list?.replaceChildren(...lines);
    button?.setAttribute("aria-pressed", String(up.has(you)));
  };
  /** @param {string} one @param {boolean} is */
  const set = (one, is) => {
    if (is) up.add(one);
    else up.delete(one);
    show();
  };
  button?.addEventListener("click", () => {
    const raises = !up.has(you);
    if (send({ t: "hand", up: raises })) set(you, raises);
  });
  return {
    /** @param {import("./protocol.js").Frame} [frame] nothing: the head of the channel has changed */
    take(frame) {
      if (!frame) starts();
      if (frame?.t === "hand") {
        set(frame.who, frame.up);
        if (frame.floor) say(frame.who === you ? words("floor") : "");
      }
      if (frame?.t !== "welcome" && frame?.t !== "room") return;
      if (frame.t === "welcome" || frame.session !== "open") up.clear();
      // Whoever has left, or is kept apart from now on, is not seen to raise a hand.
      for (const one of up) if (!frame.people?.some(({ id }) => id === one)) up.delete(one);
      // By events alone nobody would see it.
      button?.toggleAttribute("hidden", frame.session !== "open" || !carriesAll());
      show();
    },
  };
}
