// A relay (coturn) of the test's own on this machine's loopback: started on a free port, ended by its id.

import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

const SECRET = "relay and house of the test";

export class Relay {
  /** @param {import("node:child_process").ChildProcess} process @param {number} port @param {string} log */
  constructor(process, port, log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** @param {string} folder @param {number} port */
  static async starts(folder, port) {
    const log = path.join(folder, "relay.log");
    const out = fs.openSync(log, "a");
    const words = [
      "-n", "--listening-ip=127.0.0.1", `--listening-port=${port}`, "--relay-ip=127.0.0.1", "--use-auth-secret",
      `--static-auth-secret=${SECRET}`, "--realm=concord.test", "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers",
      "--log-file=stdout", `--userdb=${path.join(folder, "relay.db")}`, `--pidfile=${path.join(folder, "relay.pid")}`,
    ];
    const started = spawn("turnserver", words, { stdio: ["ignore", out, out], cwd: folder });
    fs.closeSync(out);
    const relay = new Relay(started, port, log);
    await relay.isReady();
    return relay;
  }

  async isReady() {
    for (let tries = 0; tries < 400; tries += 1) {
      if (this.process.exitCode !== null) {
        break;
      }
      const answers = await new Promise((done) => {
        const line = net.connect(this.port, "127.0.0.1", () => done(true));
        line.once("error", () => done(false));
        line.once("connect", () => line.destroy());
      });
      if (answers) {
        return;
      }
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`the relay is not ready:\n${fs.readFileSync(this.log, "utf8")}`);
  }

  /** What the house is told of it. @returns {Record<string, string>} */
  settings() {
    return {
      CONCORD_TURN_URLS: `turn:127.0.0.1:${this.port}?transport=udp`, CONCORD_TURN_SECRET: SECRET, CONCORD_TURN_RELAYS: "127.0.0.1",
      CONCORD_LIMIT_MEDIA_CREDENTIALS: "off",
    };
  }

  async ends() {
    if (this.process.exitCode !== null) {
      return;
    }
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
  }
}
