// @ts-check
/**
 * The room around the entries, as it changes: paused or not, a session or none, and for the mediator what a side said to
 * the mediator alone, and the button that goes with it. The buttons are the page's own; here they only come and go.
 * @typedef {{name: string, may_post?: boolean, paused?: boolean, steering?: string}} ChannelView
 * @typedef {{session?: string, audience_digest?: string, channels?: ChannelView[], signals?: {side: string, kind: string}[], people?: {id: string, name: string}[]}} RoomView
 */

/**
 * @param {(name: string) => Element|null} part
 * @param {import("./cast.js").Words} words
 * @param {Record<string, string>} sides the parties' names
 */
export function roomState(part, words, sides) {
  /** @param {string} name @param {boolean} is */
  const show = (name, is) => {
    const found = part(name);
    if (found instanceof HTMLElement) found.hidden = !is;
  };
  /** @param {RoomView["signals"]} signals */
  const tellSignals = (signals = []) => {
    const list = part("signals");
    if (!list) return false;
    const known = [...list.children].map((line) => line.textContent ?? "");
    const items = signals.map(({ side, kind }) => {
      const [item, name] = ["li", "bdi"].map((tag) => document.createElement(tag));
      name?.append(sides[side] ?? "");
      item?.append(name ?? "", `: ${words(`signal-${kind}`)}`);
      return item ?? "";
    });
    list.replaceChildren(...items);
    const lines = [...list.children].map((line) => line.textContent ?? "");
    show("signalled", lines.length > 0);
    return lines.some((line) => !known.includes(line));
  };
  return {
    /** @param {RoomView} room @param {string} name of the channel that is shown @param {string} audience as the page has it @returns {boolean} whether a signal is new */
    take(room, name, audience) {
      // The page names its readers: once they have changed, it is to be loaded again before anything goes out.
      show("changed", room.audience_digest !== audience);
      const channel = (room.channels ?? []).find((view) => view.name === name);
      if (channel) {
        show("paused", channel.paused === true);
        show("again", channel.may_post === true && part("form") === null);
        const send = part("form")?.querySelector("button");
        if (send) send.disabled = channel.may_post === false;
        show("pause", channel.steering === "pause");
        show("resume", channel.steering === "resume");
        show("held", channel.steering === "held");
      }
      show("opened", room.session === "open");
      show("closed", room.session !== "open");
      return tellSignals(room.signals);
    },
  };
}
