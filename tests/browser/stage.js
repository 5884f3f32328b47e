// A real Concord on a throw-away folder and a real Chromium: started, looked after and ended here. What people do in
// the browser is in `cast.js`.

import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

import { Person } from "./cast.js";
import { Chaos } from "./chaos.js";
import { Letters } from "./letters.js";
import { Relay } from "./relay.js";

const PHONE = { width: 360, height: 740 };

/** @returns {string} Where the browser is. */
function browserPath() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file));
  if (found === undefined) {
    throw new Error("there is no Chromium here: run tests/run once");
  }
  return found;
}

/** @returns {Promise<number>} A port that nobody listens on now. */
async function freePort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") {
    throw new Error("no port");
  }
  return address.port;
}

/** @param {string[]} more What the browser is started with beside the usual. */
function browser(more = []) {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
      "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more,
    ],
  });
}

/** A microphone and a camera that are none, and a line to oneself. */
const DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection"];

export class Stage {
  /** @param {string} program @param {string} folder @param {number} port */
  constructor(program, folder, port) {
    this.program = program;
    this.folder = folder;
    this.base = `http://127.0.0.1:${port}`;
    this.port = port;
    this.letters = new Letters(path.join(folder, "data", "mail"));
    /** @type {Person[]} */
    this.people = [];
    /** @type {import("playwright-core").Browser | undefined} */
    this.browser = undefined;
    /** @type {import("node:child_process").ChildProcess | undefined} */
    this.server = undefined;
    /** Whether the test has stopped the server, or started it again just now. */
    this.isAway = false;
    /** @type {Relay | undefined} */
    this.relay = undefined;
    /** @type {Chaos | undefined} */
    this.chaos = undefined;
  }

  /** @param {string} program */
  static async opens(program) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "concord-browser-"));
    const stage = new Stage(program, folder, await freePort());
    await stage.startsServer(["serve", "--data", stage.data(), "--listen", `127.0.0.1:${stage.port}`]);
    stage.browser = await browser();
    return stage;
  }

  /** Begins anew with a relay for calls, and with browsers that have a microphone and a camera. */
  async withCalls() {
    this.relay = await Relay.starts(this.folder, await freePort());
    await this.stopsServer();
    await this.startsServer(["serve", "--data", this.data(), "--listen", `127.0.0.1:${this.port}`]);
    await this.browser?.close();
    this.browser = await browser(DEVICES);
  }

  /** Begins anew behind a line that can be made to behave badly. */
  async withChaos() {
    const port = await freePort();
    await this.stopsServer();
    this.chaos = await Chaos.opens(port, this.port);
    this.base = `http://127.0.0.1:${port}`;
    await this.startsServer(["serve", "--data", this.data(), "--listen", `127.0.0.1:${this.port}`]);
    return this.chaos;
  }

  data() {
    return path.join(this.folder, "data");
  }

  /** @param {string[]} words */
  async startsServer(words) {
    const log = fs.openSync(path.join(this.folder, "log"), "a");
    this.server = spawn(this.program, words, { stdio: ["ignore", log, log], cwd: this.folder, env: this.environment() });
    fs.closeSync(log);
    for (let tries = 0; tries < 800; tries += 1) {
      const answer = await fetch(`${this.base}/health/ready`).catch(() => undefined);
      if (answer?.status === 200) {
        // A page may have tried a moment before, and the browser says so a moment after.
        setTimeout(() => {
          this.isAway = false;
        }, 2_000).unref();
        return;
      }
      if (this.server.exitCode !== null) {
        break;
      }
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`concord is not ready:\n${this.tail()}`);
  }

  /** Ends the server politely and waits for it. */
  async stopsServer() {
    const server = this.server;
    if (server === undefined || server.exitCode !== null) {
      return;
    }
    const ended = new Promise((done) => server.once("exit", done));
    this.isAway = true;
    server.kill("SIGTERM");
    await ended;
  }

  /** Only what a fresh machine would have, so that no setting of the desk changes a test. */
  environment() {
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("CONCORD_"));
    // One address makes all the requests here, and a person of the test does in a minute what takes an hour.
    return { ...Object.fromEntries(kept), CONCORD_LIMIT_HANDSHAKES: "off", CONCORD_LIMIT_SOCKETS: "50,50/s", ...this.chaos?.settings(this.base), ...this.relay?.settings() };
  }

  /**
   * Somebody with a browser of their own.
   * @param {string} name
   * @param {{scripts?: boolean, width?: number, more?: import("playwright-core").BrowserContextOptions}} how
   */
  async person(name, { scripts = true, width = PHONE.width, more = {} } = {}) {
    if (this.browser === undefined) {
      throw new Error("the browser is closed");
    }
    const context = await this.browser.newContext({
      javaScriptEnabled: scripts, viewport: { width, height: PHONE.height }, baseURL: this.base, locale: "en-GB", ...more,
    });
    const page = await context.newPage();
    const person = new Person(this, name, context, page);
    page.on("pageerror", (error) => person.errors.push(String(error)));
    page.on("console", (line) => {
      // A page that answers 404 or 422 is no fault of a script, nor is a server that the test itself has stopped.
      const expected = ["Failed to load resource", ...(this.isAway ? ["net::ERR_CONNECTION_REFUSED"] : []), ...(this.chaos ? ["WebSocket connection to", "net::ERR_"] : [])];
      if (line.type() === "error" && !expected.some((words) => line.text().includes(words))) {
        person.errors.push(line.text());
      }
    });
    this.people.push(person);
    return person;
  }

  /**
   * Somebody of the house, made by `account add`, with a second factor.
   * @param {string} role @param {string} name @param {{scripts?: boolean, width?: number}} how
   */
  async staff(role, name, how = {}) {
    const person = await this.person(name, how);
    const words = ["account", "add", "--data", this.data(), "--role", role, "--email", person.email, "--name", name, "--password-stdin"];
    const made = spawnSync(this.program, words, { input: `${person.password}\n`, encoding: "utf8", env: this.environment(), cwd: this.folder });
    if (made.status !== 0) {
      throw new Error(`account add failed: ${made.stdout}${made.stderr}`);
    }
    person.id = /^id:\s*(\S+)/m.exec(made.stdout)?.[1] ?? "";
    person.secret = /^totp_secret:\s*(\S+)/m.exec(made.stdout)?.[1] ?? "";
    return person;
  }

  logIsClean() {
    const log = this.log();
    for (const wrong of ["panicked at", "ERROR"]) {
      if (log.includes(wrong)) {
        throw new Error(`the log holds \`${wrong}\``);
      }
    }
    for (const person of this.people) {
      if (person.errors.length > 0) {
        throw new Error(`${person.name}'s pages complained: ${person.errors.join("; ")}`);
      }
    }
  }

  log() {
    return fs.readFileSync(path.join(this.folder, "log"), "utf8");
  }

  tail() {
    return this.log().split("\n").slice(-25).join("\n");
  }

  /** What everybody had before them when a test failed. @param {string} name */
  async takesPictures(name) {
    const folder = process.env.CONCORD_TESTS_PICTURES;
    if (folder === undefined) {
      return;
    }
    fs.mkdirSync(folder, { recursive: true });
    for (const person of this.people) {
      const file = path.join(folder, `${name}-${person.name}.png`.replaceAll(/[^\w.-]/g, "-"));
      await person.page.screenshot({ path: file, fullPage: true }).catch(() => undefined);
      console.log(`# ${person.name} was at ${person.page.url()}`);
    }
  }

  async closes() {
    await this.browser?.close();
    await this.stopsServer();
    await this.relay?.ends();
    this.chaos?.closes();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
