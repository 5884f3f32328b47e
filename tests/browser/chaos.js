// A line that behaves badly: what stands between the browsers and the server when a test wants to know what a bad line does.
// Pages come through unharmed; what a room's line carries is delayed, cut, held up or handed on byte by byte.

import net from "node:net";

/** @typedef {"well" | "slow" | "bytes" | "stalls" | "far"} Mood
 * `slow` delays every piece, `bytes` hands on one byte at a time, `stalls` stops now and then as a line does that loses
 * packets, `far` is 2G: 50 kbit/s, a second there and back, one piece in twenty late because it was lost. */

const PIECE = /^PATCH \/api\/v1\/uploads\//;
const HEAD = /^GET \/api\/v1\/disputes\/[^/\s]+\/room\/(socket|events)[ ?]/;

/** Bytes a millisecond at 50 kbit/s, the delay one way, and what it costs to send a lost piece again. */
const FAR = { rate: 6.25, delay: 500, late: 1500, lost: 0.05 };

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Chaos {
  /** @type {Set<{client: net.Socket, server: net.Socket, isDeaf: boolean}>} The lines of rooms that are open. */
  lines = new Set();
  /** What happens to the lines of rooms. @type {Mood} */
  mood = "well";
  /** Whether pages are treated like the lines of rooms. */
  treatsPages = false;
  /** Whether anything that asks for a WebSocket is refused, as some proxies do. */
  refusesSockets = false;
  /** How many lines of rooms were opened, and by which way. */
  opened = { socket: 0, events: 0 };

  /** After how many more bytes of files a line that carries one is cut, one cut after the other. @type {number[]} */
  #breaks = [];
  /** Whether every line that carries a file is cut after the last of these. */
  #staysBroken = false;
  /** How many lines that carried a file were cut. */
  broken = 0;
  /** How many bytes of files have come by since the last cut. */
  #sent = 0;

  /** @param {number} port of the server */
  constructor(port) {
    this.port = port;
    this.proxy = net.createServer((client) => this.#carries(client));
  }

  /** @param {number} port where the browsers come @param {number} server */
  static async opens(port, server) {
    const chaos = new Chaos(server);
    await new Promise((done) => chaos.proxy.listen(port, "127.0.0.1", () => done(undefined)));
    return chaos;
  }

  /** What the server has to know. @param {string} base where the browsers come @returns {Record<string, string>} */
  settings(base) {
    // Hundreds of entries in a few minutes are more than a person writes.
    return { CONCORD_PUBLIC_URL: base, CONCORD_LIMIT_ENTRIES: "off" };
  }

  closes() {
    this.cuts();
    this.proxy.close();
  }

  /** Lines that carry a file are cut from now on. @param {number[]} after how many bytes, each counted from the last cut @param {boolean} staysBroken */
  breaksFiles(after, staysBroken = false) {
    [this.#breaks, this.#staysBroken, this.#sent] = [after, staysBroken, 0];
  }

  /** Ends the lines of all rooms, without a goodbye. */
  cuts() {
    for (const { client, server } of this.lines) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** The lines that are open carry nothing any more, and neither end is told. */
  deafens() {
    for (const line of this.lines) line.isDeaf = true;
  }

  /** @param {net.Socket} client */
  #carries(client) {
    const server = net.connect(this.port, "127.0.0.1");
    const line = { client, server, isDeaf: false };
    // Nagle would gather single bytes again.
    client.setNoDelay(true);
    server.setNoDelay(true);
    let isRoom = false;
    let isSending = false;
    client.on("data", (piece) => {
      isSending ||= PIECE.test(piece.toString("latin1", 0, 40));
      this.#sent += isSending ? piece.length : 0;
      if (isSending && this.#sent > (this.#breaks[0] ?? (this.#staysBroken ? 0 : Infinity))) {
        this.#breaks.shift();
        this.#sent = 0;
        this.broken += 1;
        client.resetAndDestroy();
        server.resetAndDestroy();
        return;
      }
      const way = HEAD.exec(piece.toString("latin1", 0, 400))?.[1];
      if (way === undefined) return;
      if (way === "socket" && this.refusesSockets) {
        client.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        server.destroy();
        return;
      }
      if (way === "socket") this.opened.socket += 1;
      else this.opened.events += 1;
      isRoom = true;
      this.lines.add(line);
    });
    for (const [from, to] of [[client, server], [server, client]]) {
      let last = Promise.resolve();
      let free = 0;
      from.on("data", (piece) => {
        const isTreated = isRoom || this.treatsPages;
        // What is sent while earlier pieces travel travels behind them, and does not wait until they are there.
        free = Math.max(free, Date.now()) + piece.length / FAR.rate;
        const due = free + FAR.delay + (Math.random() < FAR.lost ? FAR.late : 0);
        last = last.then(async () => {
          if (isTreated && this.mood === "far") await pause(Math.max(0, due - Date.now()));
          if (line.isDeaf) return;
          await (isTreated ? this.#hands(piece, to) : this.#writes(piece, to));
        });
      });
      from.on("end", () => last.then(() => to.end()));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.lines.delete(line);
        last.then(() => to.destroy());
      });
    }
  }

  /** @param {Buffer} piece @param {net.Socket} to */
  async #hands(piece, to) {
    if (this.mood === "slow") await pause(20 + Math.random() * 80);
    if (this.mood === "stalls" && Math.random() < 0.4) await pause(150 + Math.random() * 250);
    if (this.mood !== "bytes") return this.#writes(piece, to);
    for (const byte of piece) {
      await this.#writes(Buffer.from([byte]), to);
      await new Promise((done) => setImmediate(done));
    }
  }

  /** @param {Buffer} piece @param {net.Socket} to */
  async #writes(piece, to) {
    if (to.writable) to.write(piece);
  }
}
