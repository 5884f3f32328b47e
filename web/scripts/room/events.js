// @ts-check
/**
 * The line where something on the way lets no WebSocket through: what the server says comes as events, and what is said
 * goes out by requests, entry by entry. Whoever holds it holds it like a socket. Not here: typing and calls, which need
 * one.
 * @param {string} place of the room's API
 * @param {string} after the numbers that are known
 * @param {{open: () => void, data: (data: string) => void, gone: () => void}} on
 */
export function events(place, after, on) {
  const source = new EventSource(`${place}/events?after=${after}`);
  const token = document.querySelector("input[name=csrf]");
  let isOpen = true;
  const close = () => {
    isOpen = false;
    source.close();
  };
  const gone = () => {
    // By itself it would call again at the old numbers.
    close();
    on.gone();
  };
  source.onopen = on.open;
  source.onmessage = (event) => on.data(event.data);
  source.onerror = gone;
  /** @param {{id: string, channel: string, body: object, audience_digest?: string}} frame */
  const post = async ({ id, channel, ...entry }) => {
    /** @type {{status?: number, retry_after?: number}} */
    let problem = { status: 503, retry_after: 3 };
    try {
      const headers = { "content-type": "application/json", "x-csrf-token": token instanceof HTMLInputElement ? token.value : "" };
      const { body, audience_digest } = entry;
      const answer = await fetch(`${place}/channels/${channel}/entries`, { method: "POST", headers, body: JSON.stringify({ id, body, audience_digest }) });
      const read = await answer.json();
      if (answer.ok) return on.data(JSON.stringify({ t: "posted", id, channel, seq: read.seq }));
      problem = read;
      if (answer.status === 401) {
        on.data('{"t":"bye","reason":"session-ended"}');
        return gone();
      }
    } catch {
      // The line broke meanwhile: nobody knows whether it is stored, and under the same id it may go again.
    }
    on.data(JSON.stringify({ t: "refused", id, problem }));
  };
  let last = Promise.resolve();
  return {
    close,
    /** @param {string} text a frame, or several; entries keep their order */
    send(text) {
      for (const frame of [JSON.parse(text)].flat()) {
        if (frame.t === "post") last = last.then(() => (isOpen ? post(frame) : undefined));
      }
    },
  };
}
