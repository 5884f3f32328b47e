// The mails of the `files` transport, read just well enough to find a link and to see an attachment.

import fs from "node:fs";
import path from "node:path";

/** @param {string} text Quoted-printable or plain. */
function plain(text) {
  const joined = text.replaceAll("=\r\n", "").replaceAll("=\n", "");
  const bytes = joined.replaceAll(/(?:=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll("=", ""), "hex").toString("utf8"));
  return bytes;
}

/** @param {string} raw One mail. @returns {string} It, with its base64 text parts opened. */
function readable(raw) {
  const parts = raw.split(/\r?\n--[^\r\n]+\r?\n/);
  return parts.map((part) => {
    const [head, ...body] = part.split(/\r?\n\r?\n/);
    const isText = /content-type:\s*text\//i.test(head ?? "");
    if (isText && /content-transfer-encoding:\s*base64/i.test(head ?? "")) {
      return `${head}\n\n${Buffer.from(body.join(""), "base64").toString("utf8")}`;
    }
    return plain(part);
  }).join("\n--\n");
}

export class Letters {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @param {string} address @returns {string[]} The mails to an address, the oldest first. */
  to(address) {
    if (!fs.existsSync(this.folder)) {
      return [];
    }
    const files = fs.readdirSync(this.folder).filter((name) => name.endsWith(".eml")).map((name) => path.join(this.folder, name));
    files.sort((one, other) => fs.statSync(one).mtimeMs - fs.statSync(other).mtimeMs);
    const mails = files.map((file) => readable(fs.readFileSync(file, "utf8")));
    return mails.filter((mail) => new RegExp(`^to:.*${address}`, "im").test(mail));
  }

  /**
   * Waits for the newest mail to an address that a pattern fits, and gives what the pattern caught.
   * @param {string} address @param {RegExp} pattern
   */
  async find(address, pattern) {
    for (let tries = 0; tries < 400; tries += 1) {
      const fits = this.to(address).map((mail) => pattern.exec(mail)).filter((found) => found !== null);
      const last = fits.at(-1);
      if (last !== undefined) {
        return last[1] ?? last[0];
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no mail to ${address} fits ${pattern}`);
  }
}
