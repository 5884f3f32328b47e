// People in front of a browser: they open pages, fill in forms by the names of their fields and press the button.
// Nothing here asks a script of ours, so that the same verbs serve with scripts and without.

import crypto from "node:crypto";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

export class Person {
  /**
   * @param {import("./stage.js").Stage} stage @param {string} name
   * @param {import("playwright-core").BrowserContext} context @param {Page} page
   */
  constructor(stage, name, context, page) {
    this.stage = stage;
    this.name = name;
    this.context = context;
    this.page = page;
    const first = (name.split(" ")[0] ?? name).toLowerCase();
    this.email = `${first}@example.org`;
    this.password = `copper lantern ${first} river`;
    this.id = "";
    this.secret = "";
    this.lastStep = 0;
    /** @type {string[]} */
    this.errors = [];
    /** Asked at each page that opens, for those who look at them all. @type {(path: string) => Promise<void>} */
    this.looks = async () => undefined;
  }

  /** @param {string} path @param {number} status What the page should answer. */
  async opens(path, status = 200) {
    const answer = await this.page.goto(path, { waitUntil: "load" });
    if (answer?.status() !== status) {
      throw new Error(`${this.name} opened ${path} and got ${answer?.status()}: ${await this.reads()}`);
    }
    if (status === 200) {
      await this.shows();
    }
  }

  async shows() {
    const url = new URL(this.page.url());
    await this.looks(url.pathname + url.search);
  }

  /** @returns {Promise<string>} The text of the page. */
  async reads() {
    return (await this.page.locator("body").innerText()).replaceAll(/[\u2066-\u2069]/g, "");
  }

  /** @param {string | RegExp} words What must stand on the page, now or soon. */
  async finds(words) {
    for (let tries = 0; tries < 200; tries += 1) {
      const text = await this.reads();
      if (typeof words === "string" ? text.includes(words) : words.test(text)) {
        return;
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`${this.name} does not find ${words} at ${this.page.url()}:\n${await this.reads()}`);
  }

  /**
   * Fills in the form with this action and presses its button.
   * @param {string} action The end of the form's action.
   * @param {Record<string, string | string[]>} fields
   * @param {string} button Which button, where there is more than one.
   */
  async sends(action, fields = {}, button = "button:not([type=button])") {
    const form = this.page.locator(`form[action$="${action}"]`).first();
    if ((await form.count()) === 0) {
      throw new Error(`${this.name} finds no form for ${action} at ${this.page.url()}:\n${await this.reads()}`);
    }
    await this.unfolds(form);
    for (const [name, value] of Object.entries(fields)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        await this.fills(form, name, one);
      }
    }
    const before = this.page.url();
    const [answer] = await Promise.all([
      this.page.waitForResponse((response) => response.request().isNavigationRequest() && response.request().method() === "POST"),
      form.locator(button).first().click(),
    ]);
    await this.page.waitForLoadState("load");
    // 422 is the form again with what was wrong: `wasTaken` sees that.
    if (answer.status() >= 400 && answer.status() !== 422) {
      throw new Error(`${this.name} sent ${action} from ${before} and got ${answer.status()}: ${await this.reads()}`);
    }
    await this.shows();
  }

  /** Opens what a form is folded into. @param {Locator} form */
  async unfolds(form) {
    const folded = form.locator("xpath=ancestor::details[not(@open)]");
    if ((await folded.count()) > 0) {
      await folded.first().locator("summary").first().click();
    }
  }

  /** @param {Locator} form @param {string} name @param {string} value */
  async fills(form, name, value) {
    const choice = form.locator(`input[name="${name}"][value="${value}"]:is([type=radio],[type=checkbox])`);
    if ((await choice.count()) > 0) {
      await choice.first().check();
      return;
    }
    const field = form.locator(`[name="${name}"]`).first();
    const tag = await field.evaluate((element) => element.tagName);
    if (tag === "SELECT") {
      await field.selectOption(value);
    } else if ((await field.getAttribute("type")) !== "hidden") {
      await field.fill(value);
    }
  }

  /** Fails where the page says that something was wrong with a form. */
  async wasTaken() {
    const summary = this.page.locator(".summary[role=alert]");
    if ((await summary.count()) > 0) {
      throw new Error(`${this.name} was refused at ${this.page.url()}: ${await summary.innerText()}`);
    }
  }

  async signsUp() {
    await this.opens("/sign-up");
    await this.sends("/sign-up", { name: this.name, email: this.email, password: this.password });
    await this.wasTaken();
    const code = await this.stage.letters.find(this.email, /\/confirmations\?code=([\w-]{22,})/);
    await this.opens(`/confirmations?code=${code}`);
    await this.sends("/confirmations", { password: this.password });
    await this.wasTaken();
  }

  async signsIn() {
    await this.opens("/sign-in");
    const fields = { email: this.email, password: this.password };
    await this.sends("/sign-in", this.secret === "" ? fields : { ...fields, totp: await this.code() });
    await this.wasTaken();
  }

  /** A code of the second factor that was not used before (RFC 6238). */
  async code() {
    const now = () => Math.floor(Date.now() / 30_000);
    this.lastStep = Math.max(this.lastStep + 1, now());
    while (this.lastStep > now() + 1) {
      await new Promise((done) => setTimeout(done, 500));
    }
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(this.lastStep));
    const digest = crypto.createHmac("sha1", base32(this.secret)).update(counter).digest();
    const at = (digest.at(-1) ?? 0) & 15;
    return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }

  async leaves() {
    await this.context.close();
  }
}

/** @param {string} text RFC 4648 without padding. */
function base32(text) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
