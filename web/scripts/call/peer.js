// @ts-check
/**
 * One connection to one other member of the call. The first offer is made by whoever joined first, and by nobody else: a
 * browser that takes back its first offer while it looks for ways may find none for the next (Chromium, in one of ten calls
 * of three). From then on it is the pattern called perfect negotiation: either may change something at any
 * time, and where both do at once one of them gives way. What is told and what is heard goes through one queue, one after
 * the other; in parallel, sound came one way only in two of five calls.
 * @typedef {import("./call.js").Key} Key
 * @typedef {{kind: "offer"|"answer", sdp: string}|{kind: "candidates", items: {candidate: string, mid: string, ufrag?: string}[]}} Data
 */

/** How long candidates are gathered into one signal: a server counts frames. */
const GATHER_MS = 100;
/** How long one waits for the other before one says it again: what was told may have been refused on its way. */
const PATIENCE_MS = 12000;
/** How often one waits so long before one says that the other cannot be reached. */
const TRIES = 4;
/** How long whoever gives way leaves it to the other to use a new key. */
const RENEWAL_MS = 20000;
/** What a picture may take of the line. */
const PICTURE_BITS = 250000;

/** @param {Key} key @returns {RTCConfiguration} */
const configuration = ({ urls, username, credential, relay_only }) => ({
  iceServers: [{ urls, username, credential }],
  iceTransportPolicy: relay_only ? "relay" : "all",
  bundlePolicy: "max-bundle",
});

/**
 * @param {{key: Key, isPolite: boolean, own: MediaStream, send: (data: Data) => void,
 *   comes: (track: MediaStreamTrack, stream: MediaStream) => void, changes: () => void}} on
 */
export function peer({ key, isPolite, own, send, comes, changes }) {
  const pc = new RTCPeerConnection(configuration(key));
  let isIgnored = false;
  let queue = Promise.resolve();
  /** @param {() => Promise<void>} work */
  const inTurn = (work) => {
    queue = queue.then(() => (pc.signalingState === "closed" ? undefined : work())).catch((error) => {
      if (!isIgnored) console.debug(error);
    });
  };
  /** How often one has waited in vain. */
  let tries = 0;
  const tells = () => {
    const said = pc.localDescription;
    if (said && (said.type === "offer" || said.type === "answer")) send({ kind: said.type, sdp: said.sdp });
  };
  const describe = async () => {
    await pc.setLocalDescription();
    tells();
  };
  /** @type {{candidate: string, mid: string, ufrag?: string}[]} */
  let found = [];
  let gathering = 0;
  pc.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate || candidate.sdpMid === null) return;
    const { candidate: text, sdpMid: mid, usernameFragment } = candidate;
    found.push(usernameFragment ? { candidate: text, mid, ufrag: usernameFragment } : { candidate: text, mid });
    gathering ||= setTimeout(() => {
      gathering = 0;
      inTurn(async () => {
        while (found.length > 0) send({ kind: "candidates", items: found.splice(0, 10) });
      });
    }, GATHER_MS);
  };
  pc.onnegotiationneeded = () => inTurn(async () => {
    // What was heard meanwhile may have made an offer needless, or put one in the way; then the browser asks again.
    const isFirst = pc.currentRemoteDescription === null;
    if (pc.signalingState === "stable" && !(isPolite && isFirst)) await describe();
  });
  pc.ontrack = ({ track, streams }) => comes(track, streams[0] ?? new MediaStream([track]));
  pc.onconnectionstatechange = () => {
    if (pc.connectionState === "failed" && !isPolite) pc.restartIce();
    changes();
  };
  const patience = setInterval(() => {
    if (pc.connectionState === "connected" && pc.signalingState === "stable") tries = 0;
    else if (tries < TRIES) {
      tries += 1;
      changes();
      inTurn(async () => {
        if (pc.signalingState === "have-local-offer") tells();
        // Where ways are being tried, the browser says by itself that none of them works.
        else if (!isPolite && pc.iceConnectionState === "new") pc.restartIce();
      });
    }
  }, PATIENCE_MS);
  /** @type {Map<MediaStreamTrack, RTCRtpSender>} */
  const senders = new Map();
  /** A track, and never a transceiver: only a track takes the place that an offer of the other side made for it. @param {MediaStreamTrack} track */
  const adds = (track) => {
    const sender = pc.addTrack(track, own);
    senders.set(track, sender);
    if (track.kind !== "video") return;
    const wish = sender.getParameters();
    for (const encoding of wish.encodings ?? []) encoding.maxBitrate = PICTURE_BITS;
    sender.setParameters(wish).catch(() => {});
  };
  own.getTracks().forEach(adds);
  const attempt = () => /^a=ice-ufrag:(.+)$/m.exec(pc.localDescription?.sdp ?? "")?.[1];
  let renewal = 0;
  return {
    pc,
    adds,
    /** How it stands, with a word of ours for whom one has tried often enough. */
    state: () => (tries >= TRIES && pc.connectionState !== "connected" ? "unreached" : pc.connectionState),
    /** @param {MediaStreamTrack} track */
    removes(track) {
      const sender = senders.get(track);
      if (sender) pc.removeTrack(sender);
      senders.delete(track);
    },
    /** What the other one tells. @param {Data} data */
    take(data) {
      inTurn(async () => {
        if (data.kind === "candidates") {
          for (const { candidate, mid, ufrag } of data.items) {
            // One that belongs to an earlier attempt is no reason to leave out the next.
            await pc.addIceCandidate({ candidate, sdpMid: mid, usernameFragment: ufrag ?? null }).catch((error) => console.debug(error));
          }
          return;
        }
        const isInTheWay = data.kind === "offer" && pc.signalingState !== "stable";
        isIgnored = isInTheWay && !isPolite;
        if (isIgnored) return;
        await pc.setRemoteDescription({ type: data.kind, sdp: data.sdp });
        if (data.kind === "offer") await describe();
      });
    },
    /** A new key: ways that are found from now on use it. Not both look for them at once. @param {Key} fresh */
    renew(fresh) {
      pc.setConfiguration(configuration(fresh));
      const old = attempt();
      clearTimeout(renewal);
      renewal = setTimeout(() => attempt() === old && pc.signalingState !== "closed" && pc.restartIce(), isPolite ? RENEWAL_MS : 0);
    },
    close() {
      clearTimeout(gathering);
      clearTimeout(renewal);
      clearInterval(patience);
      pc.close();
    },
  };
}
