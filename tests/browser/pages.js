// Each page at 360 px: axe finds nothing, nothing sticks out, and the way out is there. In English, Bangla and Urdu
// where the page is one of the invitation, the room or the signing.

import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";

import { Looks, kind } from "./looks.js";
import { agree, answersSafety, cast, files, getAMediator, haveTheRecord, inTheRoom, prepares, says, sign, takesPart } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "axe finds nothing on any page of the main job": async (stage) => {
    const looks = new Looks();
    const people = await cast(stage);
    const { amara, bela, noor, rosa } = people;
    looks.follows([amara, bela, noor, rosa]);
    const passer = await stage.person("Passer By");
    for (const path of ["/", "/help", "/sign-in", "/sign-up", "/passwords/resets", "/invitations", "/verify", "/try-out", "/exit"]) {
      await looks.once(passer, path);
    }
    await amara.opens("/disputes");
    await amara.opens("/account");
    const id = await files(amara, bela);
    const code = await stage.letters.find(bela.email, /\/invitations\/([\w-]{22,})/);
    for (const path of ["", "/acceptance", "/later", "/refusal"]) {
      await looks.once(passer, `/invitations/${code}${path}`);
    }
    await looks.inEachLanguage(passer, `/invitations/${code}`);
    await takesPart(bela);
    await answersSafety(bela, id);
    for (const path of ["consent", "readiness", "delivery", "withdrawal", "statement/showing", "files", "suspension"]) {
      await amara.opens(`/disputes/${id}/${path}`);
    }
    await prepares(amara, id);
    await prepares(bela, id);
    await rosa.opens(`/registrar/disputes/${id}/assignment`);
    await getAMediator(people, id);
    for (const person of [amara, bela, noor]) {
      await person.opens(`/rooms/${id}?channel=joint`);
    }
    await says(amara, "A word so that the room is not empty.");
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await amara.opens(`/rooms/${id}?channel=joint&offer=new`);
    await looks.inEachLanguage(bela, `/rooms/${id}?channel=joint`);
    await noor.opens(`/disputes/${id}/replacement`);
    await noor.opens(`/disputes/${id}/agreement?edit=yes`);
    await agree(people, id);
    for (const path of [`/rooms/${id}/text`, `/disputes/${id}/agreement/differences`, `/disputes/${id}/agreement?edit=yes`]) {
      await noor.opens(path);
    }
    await looks.inEachLanguage(amara, `/disputes/${id}/agreement/suggestions?term=1`);
    await looks.inEachLanguage(bela, `/disputes/${id}/signing`);
    await amara.opens(`/disputes/${id}/signing`);
    await sign(people, id);
    await haveTheRecord(people, id);
    await noor.opens("/mediator");
    await rosa.opens("/registrar");
    await rosa.opens(`/registrar/disputes/${id}/hold`);
    await rosa.sends("/hold", { reason: "A court has asked for it, file 114." });
    await looks.inEachLanguage(rosa, `/registrar/disputes/${id}/hold`);
    const odil = await stage.staff("auditor", "Odil Karim");
    looks.follows([odil]);
    await odil.signsIn();
    await odil.opens("/audit");
    const row = await odil.page.locator('th a[href^="/audit/"]').first().getAttribute("href");
    assert.ok(row, "the settlement stands in the auditor's list");
    await odil.opens("/audit/samples?size=5&seed=spring");
    await odil.opens("/audit/verification");
    await odil.opens(row);
    assert.deepEqual(looks.faults, []);
    assert.ok(looks.done.size > 30, `${looks.done.size} kinds of pages were looked at`);
  },

  "axe does find a fault where there is one": async (stage) => {
    const context = await stage.browser?.newContext();
    const page = await context?.newPage();
    assert.ok(page);
    await page.setContent("<html><body><img src='x.png'><input type='text'></body></html>");
    const found = await new AxeBuilder({ page }).analyze();
    const faults = found.violations.map((one) => one.id);
    assert.ok(faults.includes("image-alt") && faults.includes("label"), faults.join(", "));
  },

  "a first view fits 14 KB on the wire": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    /** @type {[Person, string][]} */
    const views = [
      [amara, "/"], [amara, "/sign-up"], [amara, "/verify"], [amara, "/disputes"], [amara, `/disputes/${id}`],
      [bela, `/disputes/${id}/files`], [bela, `/rooms/${id}?channel=joint`], [noor, `/rooms/${id}?channel=joint`], [noor, "/mediator"],
    ];
    await amara.opens("/disputes/new");
    await amara.sends("/disputes");
    views.push([amara, new URL(amara.page.url()).pathname]);
    for (const [person, path] of views) {
      const { page, scripts } = await firstView(person, path);
      console.log(`# ${kind(path)}: ${page} bytes, and ${scripts} of scripts behind them`);
      assert.ok(page > 0 && page <= 14 * 1024, `${path} takes ${page} bytes`);
      assert.ok(scripts <= 20 * 1024, `the scripts of ${path} take ${scripts} bytes`);
    }
  },
};

/**
 * The bytes that somebody's phone takes for a page that it has never seen, nothing of the house in its cache: all
 * on the wire without which there is nothing to read, and what the scripts hold, which come behind and only enhance.
 * @param {Person} person @param {string} path @returns {Promise<{page: number, scripts: number}>}
 */
async function firstView(person, path) {
  const page = await person.context.newPage();
  try {
    const session = await person.context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    const bytes = { page: 0, scripts: 0 };
    /** The bytes of the head of each answer that is a script. @type {Map<string, number>} */
    const heads = new Map();
    session.on("Network.responseReceived", (event) => {
      if (/javascript/.test(event.response.mimeType)) {
        heads.set(event.requestId, event.response.encodedDataLength);
      }
    });
    session.on("Network.loadingFinished", (event) => {
      const head = heads.get(event.requestId);
      bytes[head === undefined ? "page" : "scripts"] += event.encodedDataLength - (head ?? 0);
    });
    const answer = await page.goto(path, { waitUntil: "networkidle" });
    assert.equal(answer?.status(), 200, path);
    return bytes;
  } finally {
    await page.close();
  }
}
