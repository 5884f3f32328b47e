// Looking at pages as axe and a narrow telephone do: what is wrong with each is kept until the end of the test.

import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";

/** @typedef {import("./cast.js").Person} Person */

/** The path without its ids, so that each page is looked at once a person. @param {string} path */
export const kind = (path) => path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID").replaceAll(/[\w-]{22,}/g, "CODE");

/** Looks at one page as somebody, in a context in which axe may run. @param {Person} person @param {string} path */
async function looksAt(person, path) {
  const { browser } = person.stage;
  assert.ok(browser);
  const context = await browser.newContext({
    bypassCSP: true, viewport: { width: 360, height: 740 }, baseURL: person.stage.base, storageState: await person.context.storageState(),
  });
  try {
    const page = await context.newPage();
    const answer = await page.goto(path, { waitUntil: "load" });
    assert.equal(answer?.status(), 200, `${person.name} at ${path}`);
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
    const faults = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 360) {
      faults.push(`it is ${width} px wide`);
    }
    if ((await page.locator('form[action="/exit"] button').count()) === 0 && !path.startsWith("/exit")) {
      faults.push("there is no way to leave it quickly");
    }
    return faults.map((fault) => `${person.name} at ${kind(path)}: ${fault}`);
  } finally {
    await context.close();
  }
}

export class Looks {
  constructor() {
    /** @type {Set<string>} */
    this.done = new Set();
    /** @type {string[]} */
    this.faults = [];
  }

  /** Looks at each page that these people open from now on, at the moment when it is there. @param {Person[]} people */
  follows(people) {
    for (const person of people) {
      person.looks = (path) => this.once(person, path);
    }
  }

  /** @param {Person} person @param {string} path */
  async once(person, path) {
    if (!this.done.has(kind(path))) {
      this.done.add(kind(path));
      this.faults.push(...(await looksAt(person, path)));
    }
  }

  /** @param {Person} person @param {string} path */
  async inEachLanguage(person, path) {
    for (const language of ["en", "bn", "ur"]) {
      const faults = await looksAt(person, `${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
      this.faults.push(...faults.map((fault) => `${language}: ${fault}`));
    }
    await looksAt(person, `${path}${path.includes("?") ? "&" : "?"}lang=en`);
  }
}
