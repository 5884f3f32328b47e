// @ts-check
/** How often the line is looked at. */
const LOOK_MS = 5000;
/** From here on a line is weak: this part of the sound is lost, or a word takes so long there and back. */
const LOST_MAX = 0.1;
const SECONDS_MAX = 1.5;

/**
 * Looks at the lines of a call again and again, and says so where one was weak twice in a row: then the picture has to
 * give way to the voice.
 * @param {() => RTCPeerConnection[]} lines
 * @param {() => void} isWeak
 */
export function watch(lines, isWeak) {
  let times = 0;
  const timer = setInterval(async () => {
    let weak = false;
    for (const line of lines()) {
      const report = await line.getStats().catch(() => new Map());
      report.forEach((/** @type {any} */ one) => {
        if (one.type !== "remote-inbound-rtp" || one.kind !== "audio") return;
        weak ||= (one.fractionLost ?? 0) > LOST_MAX || (one.roundTripTime ?? 0) > SECONDS_MAX;
      });
    }
    times = weak ? times + 1 : 0;
    if (times === 2) isWeak();
  }, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
