// @ts-check
/**
 * Sends a file in pieces that go on after a broken line. Not here: what a person sees of it (`upload.js`), and what becomes
 * of the file, which the server decides.
 * @typedef {{status: number, code: string, field: string}} Refused what the server said no with
 * @typedef {{dispute: string, channel: string, token: string, known: string, said?: object, stop: AbortSignal,
 *   begun: (upload: string) => void, at: (bytes: number) => void, broken: (isBroken: boolean) => void, checks: () => void}} On
 */

/** The least and the most bytes of a piece: at 50 kbit/s the least takes ten seconds. */
const LEAST = 64 * 1024;
const MOST = 1024 * 1024;
/** Milliseconds that a piece should take: longer ones lose much with their line, shorter ones wait for answers. */
const [QUICK, SLOW] = [2_000, 8_000];
/** After so many milliseconds without an answer a line counts as broken. */
const PATIENCE = 60_000;
/** What is worth asking again: too slow, and a house or a proxy that is busy or starts anew. */
const AGAIN = [408, 502, 503, 504];

/** @param {Response} answer @returns {Promise<Refused>} */
async function refused(answer) {
  const problem = await answer.clone().json().catch(() => ({}));
  return { status: answer.status, code: problem.code ?? "", field: problem.errors?.[0]?.code ?? "" };
}

/** Waits, and no longer than until the line is back. @param {number} ms @param {AbortSignal} stop */
const pause = (ms, stop) =>
  new Promise((done) => {
    setTimeout(done, ms);
    addEventListener("online", () => done(undefined), { once: true });
    stop.addEventListener("abort", () => done(undefined), { once: true });
  });

/** @param {On} on */
function line({ token, stop, broken }) {
  /** @param {string} method @param {string} path @param {{body?: BodyInit, headers?: Record<string, string>}} how */
  const once = async (method, path, { body, headers = {} } = {}) => {
    const end = new AbortController();
    const ends = () => end.abort();
    const timer = setTimeout(ends, PATIENCE);
    stop.addEventListener("abort", ends, { once: true });
    try {
      stop.throwIfAborted();
      return await fetch(`/api/v1${path}`, { method, headers: { "x-csrf-token": token, ...headers }, signal: end.signal, ...(body === undefined ? {} : { body }) });
    } finally {
      clearTimeout(timer);
      stop.removeEventListener("abort", ends);
    }
  };
  /** The same, until there is an answer. @param {string} method @param {string} path @param {{body?: object, key?: string}} how */
  const asks = async (method, path, { body, key } = {}) => {
    const headers = { ...(body ? { "content-type": "application/json" } : {}), ...(key ? { "idempotency-key": key } : {}) };
    for (let wait = 1_000; ; wait = Math.min(wait * 2, 20_000)) {
      const answer = await once(method, path, { headers, ...(body ? { body: JSON.stringify(body) } : {}) }).catch(() => undefined);
      stop.throwIfAborted();
      const isBusy = answer?.status === 409 && (await refused(answer)).code === "upload-busy";
      broken(answer === undefined);
      if (answer && !isBusy && !AGAIN.includes(answer.status)) return answer;
      await pause(wait, stop);
    }
  };
  return { once, asks };
}

/** Gives an upload up; where the line is broken the house does so after a day. @param {string} upload @param {string} token */
export async function cancel(upload, token) {
  const how = { method: "DELETE", headers: { "x-csrf-token": token }, keepalive: true };
  return fetch(`/api/v1/uploads/${upload}`, how).catch(() => undefined);
}

/** How much of an upload has come; nothing where it is not there. @param {string} upload @returns {Promise<number|undefined>} */
export async function known(upload) {
  const answer = await fetch(`/api/v1/uploads/${upload}`).catch(() => undefined);
  return answer?.ok ? (await answer.json()).offset : undefined;
}

/**
 * @param {File} file @param {On} on
 * @returns {Promise<{id: string, quarantine?: string}>} the file as it is kept; what is thrown is a `Refused`, or the stop
 */
export async function send(file, on) {
  const { once, asks } = line(on);
  let upload = on.known;
  const there = upload ? await asks("GET", `/uploads/${upload}`) : undefined;
  let offset = there?.ok ? (await there.json()).offset : undefined;
  if (offset === undefined) {
    const body = { name: file.name, length: file.size, ...(on.channel ? { channel: on.channel } : {}) };
    const key = [...crypto.getRandomValues(new Uint8Array(16))].join("-");
    const answer = await asks("POST", `/disputes/${on.dispute}/uploads`, { body, key });
    if (!answer.ok) throw await refused(answer);
    ({ id: upload, offset } = await answer.json());
    on.begun(upload);
  }
  on.at(offset);
  for (let size = LEAST, wait = 500; offset < file.size; ) {
    // A file that is not there any more fails here, and is no broken line.
    const body = await file.slice(offset, offset + size).arrayBuffer();
    const headers = { "content-type": "application/partial-upload", "upload-offset": String(offset) };
    const began = performance.now();
    const answer = await once("PATCH", `/uploads/${upload}`, { body, headers }).catch(() => undefined);
    on.stop.throwIfAborted();
    if (answer?.status === 204) {
      offset = Number(answer.headers.get("upload-offset"));
      const took = performance.now() - began;
      if (took < QUICK) size = Math.min(size * 2, MOST);
      if (took > SLOW) size = Math.max(size / 2, LEAST);
      wait = 500;
      on.at(offset);
      continue;
    }
    const why = answer && !AGAIN.includes(answer.status) ? await refused(answer) : undefined;
    if (why && !["upload-offset", "upload-busy"].includes(why.code)) throw why;
    size = LEAST;
    on.broken(answer === undefined);
    await pause(wait, on.stop);
    wait = Math.min(wait * 2, 20_000);
    const where = await asks("GET", `/uploads/${upload}`);
    if (!where.ok) throw await refused(where);
    offset = (await where.json()).offset;
  }
  on.checks();
  const kept = await asks("POST", `/uploads/${upload}/completion`, { body: on.said ? { said: on.said } : {} });
  if (!kept.ok) throw await refused(kept);
  return kept.json();
}
