// @ts-check
/**
 * Who is in the call of the channel that is shown, and the button to join it. The call itself is another script, which
 * is fetched when somebody presses the button: who only reads and writes never loads it.
 * @typedef {{who: string, n: number}} Caller
 * @typedef {import("./cast.js").Person} Person
 */

/**
 * @param {{part: (name: string) => Element|null, send: (frame: object) => boolean, carriesAll: () => boolean, say: (text: string) => void,
 *   who: (by: unknown) => Person, isMe: (person: Person) => boolean, channel: string, dispute: string}} on
 */
export function talk({ part, send, carriesAll, say, who, isMe, channel, dispute }) {
  const [panel, button, list] = ["call", "talk", "callers"].map(part);
  /** @type {Caller[]} */
  let people = [];
  /** @type {{take: (frame: import("./protocol.js").Frame) => void, broken: () => void, ended: () => void}|null} */
  let running = null;
  let hasEnded = false;
  let isOpen = false;
  const show = () => {
    if (!(panel instanceof HTMLElement && button instanceof HTMLElement)) return;
    panel.hidden = people.length === 0 && !running;
    button.hidden = !isOpen || running !== null || !carriesAll();
    if (list) list.textContent = people.length ? told("in", people.map((one) => who(one.who).name).join(", ")) : "";
  };
  /** @param {string} key @param {string} name */
  const told = (key, name) => (panel?.getAttribute(`data-${key}`) ?? "").replace("%1", name);
  /** @param {Caller[]} now */
  const changes = (now) => {
    const is = (/** @type {Caller[]} */ all, /** @type {Caller} */ one) => all.some((other) => other.who === one.who);
    for (const one of now) if (!is(people, one) && !isMe(who(one.who))) say(told("joined", who(one.who).name));
    for (const one of people) if (!is(now, one) && !isMe(who(one.who))) say(told("left", who(one.who).name));
    people = now;
  };
  button?.addEventListener("click", async () => {
    if (!(panel instanceof HTMLElement) || running) return;
    running = { take() {}, broken() {}, ended() {} };
    show();
    const ended = () => {
      running = null;
      show();
      if (button instanceof HTMLElement) button.focus();
    };
    const { call } = await import("../call/call.js").catch(() => ({ call: null }));
    if (!call || hasEnded) return ended();
    running = call({ panel, send, say, who, isMe, channel, dispute, ended });
  });
  return {
    /** @param {import("./protocol.js").Frame} frame */
    take(frame) {
      if (frame.t === "call" && frame.channel === channel) changes(frame.people);
      if (frame.t === "call") part("tabs")?.querySelector(`[data-name="${frame.channel}"]`)?.classList.toggle("calls", frame.people.length > 0);
      if (frame.t === "welcome") {
        changes([]);
        part("tabs")?.querySelectorAll(".calls").forEach((tab) => tab.classList.remove("calls"));
      }
      if (frame.t === "welcome" || frame.t === "room") isOpen = frame.session === "open";
      running?.take(frame);
      show();
    },
    /** The line of the room broke, and with it the call. */
    broken() {
      people = [];
      running?.broken();
      show();
    },
    /** The session or the seat is over, and with it any call: the microphone goes off at once. */
    ended() {
      hasEnded = true;
      isOpen = false;
      people = [];
      running?.ended();
      show();
    },
  };
}
