// A whole session as four people have it, each at a browser of their own: two parties, somebody who sits beside one of
// them, and the mediator. From the waiting room to the promise said in one's own words, with pictures where they are
// wanted.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { Looks } from "./looks.js";
import { inTheRoom, says } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */
/** @typedef {Awaited<ReturnType<typeof inTheRoom>> & {sami: Person, looks: Looks}} Session */

/** @param {Person} person @param {string} id @param {string} [channel] */
async function sits(person, id, channel = "joint") {
  await person.opens(`/rooms/${id}?channel=${channel}`);
  await person.page.locator(".live").waitFor();
}

/**
 * Keeps pictures of a page where they are wanted: in English and Urdu, at 320 and at 1280 px. The page must fit each.
 * @param {Person} person @param {string} name
 */
async function looksGood(person, name) {
  const before = person.page.viewportSize();
  const here = new URL(person.page.url());
  for (const language of ["ur", "en"]) {
    here.searchParams.set("lang", language);
    await person.page.goto(here.pathname + here.search, { waitUntil: "load" });
    for (const width of [1280, 320]) {
      await person.page.setViewportSize({ width, height: 740 });
      const wide = await person.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name} in ${language} is ${wide} wide at ${width}`);
      const folder = process.env.CONCORD_TESTS_PICTURES;
      if (folder === undefined) continue;
      fs.mkdirSync(folder, { recursive: true });
      await person.page.screenshot({ path: path.join(folder, `session-${name}-${language}-${width}.png`), fullPage: true });
    }
  }
  if (before) await person.page.setViewportSize(before);
}

/** Amara asks Sami to sit beside her; he signs for himself and hears nothing that was before. @param {Session} all */
async function somebodySitsBeside({ amara, sami, id }) {
  await amara.opens(`/disputes/${id}/companions`);
  await amara.sends("/companions", { role: "support-person", name: sami.name, email: sami.email });
  await amara.wasTaken();
  const seat = await sami.stage.letters.find(sami.email, /(\/disputes\/[\w-]+\/companions\/[\w-]+)/);
  await sami.opens(seat);
  await sami.finds(/Amara Sen asks you/);
  await sami.sends(seat.slice(-36), { agree: "yes" });
  await sami.wasTaken();
}

/** Nobody sees anybody before the mediator opens, and the mediator sees who waits. @param {Session} all */
async function theyWaitAndAreLetIn({ amara, bela, noor, sami, id }) {
  for (const person of [amara, bela, sami]) await sits(person, id);
  await noor.opens(`/rooms/${id}?channel=joint`);
  await noor.finds(/waiting|waits/i);
  await noor.sends("/session", {}, "[value=open]");
  await noor.wasTaken();
  await sits(noor, id);
  await says(amara, "Good morning to everybody.");
  for (const person of [bela, noor, sami]) await person.finds("Good morning to everybody.");
  await sami.page.locator(".live").waitFor();
}

/** Both private meetings run at once, and neither side hears of the other's. @param {Session} all */
async function twoCaucusesAtOnce({ amara, bela, noor, sami, id, looks }) {
  for (const side of ["claimant", "respondent"]) {
    await sits(noor, id, `caucus-${side}`);
    await noor.sends("/caucus", {}, "[value=start]");
    await noor.wasTaken();
  }
  await sits(amara, id, "caucus-claimant");
  await sits(sami, id, "caucus-claimant");
  await sits(bela, id, "caucus-respondent");
  await says(amara, "Between us: half of it would do.");
  await sami.finds("Between us: half of it would do.");
  await says(bela, "Between us: I can pay from March on.");
  await sits(noor, id, "caucus-respondent");
  await noor.finds("I can pay from March on.");
  await looks.inEachLanguage(amara, `/rooms/${id}?channel=caucus-claimant`);
  await sits(amara, id, "caucus-claimant");
  await looksGood(amara, "caucus");
}

/** What Bela said passes to the other side when Bela allows that very item (R6). @param {Session} all */
async function somethingIsPassedOn({ amara, bela, noor, sami, id }) {
  await sits(noor, id, "caucus-respondent");
  await noor.page.locator(".entry", { hasText: "from March on" }).locator('a[href*="/shares/"]').click();
  await noor.page.waitForURL(/\/shares\//);
  await noor.sends(noor.page.url().replace(/.*(\/shares\/[^?]+).*/, "$1"), {}, "[value=ask]");
  await noor.wasTaken();
  await sits(bela, id, "caucus-respondent");
  await bela.page.locator('a[href*="/shares/"]').last().click();
  await bela.page.waitForURL(/\/shares\//);
  await looksGood(bela, "share");
  await bela.sends(bela.page.url().replace(/.*(\/shares\/[^?]+).*/, "$1"), { sure: "yes" }, "[value=allow]");
  await bela.wasTaken();
  for (const person of [amara, sami]) {
    await sits(person, id);
    await person.finds("I can pay from March on.");
    assert.ok(!(await person.reads()).includes("Between us: half"), "what was not allowed stays where it was");
  }
}

/** Two promises in one offer, all or nothing. @param {Session} all */
async function aPackageIsAccepted({ amara, bela, sami, id }) {
  await sits(bela, id);
  await amara.opens(`/rooms/${id}?channel=joint&offer=new`);
  await amara.sends("/offers", { "term-1-debtor": "respondent", "term-1-text": "pays back the deposit in two parts", "term-1-amount": "400.00" }, "[name=more]");
  await amara.sends("/offers", { "term-2-debtor": "claimant", "term-2-text": "hands over the keys" });
  await amara.wasTaken();
  await bela.finds("hands over the keys");
  await sits(sami, id);
  assert.equal(await sami.page.getByRole("button", { name: "Accept" }).count(), 0, "nobody answers for a party");
  await looksGood(bela, "offer");
  await sits(bela, id);
  await bela.page.getByRole("button", { name: "Accept" }).last().click();
  await amara.finds("Bela Roy accepted the offer.");
}

/** @param {Session} all @param {string} question @param {[string, string]} figures */
async function theyBid({ amara, bela, noor, id }, question, figures) {
  const place = `/rooms/${id}/blind-bids`;
  await noor.opens(place);
  await noor.sends("/blind-bids", { "question-en": question, payer: "respondent", currency: "BDT", rounds: "1" });
  await noor.wasTaken();
  for (const [person, figure] of /** @type {[Person, string][]} */ ([[amara, figures[0]], [bela, figures[1]]])) {
    await person.opens(place);
    await person.sends("/figures", { figure });
    await person.sends("/figures");
    await person.wasTaken();
  }
}

/** @param {Session} all */
async function figuresMeetAndDoNot(all) {
  const { amara, bela, noor, sami, id } = all;
  await theyBid(all, "How much for the broken window?", ["90.00", "20.00"]);
  await theyBid(all, "How much of the rent?", ["200.00", "260.00"]);
  for (const person of [amara, bela, noor, sami]) {
    await sits(person, id);
    const text = await person.reads();
    assert.ok(text.includes("230.00"), `${person.name} reads where they met: ${text}`);
    assert.ok(!/90\.00|\b20\.00|200\.00|260\.00/.test(text), `${person.name} reads no figure: ${text}`);
  }
}

/** @param {Session} all */
async function aProposalIsAccepted({ amara, bela, noor, sami, id }) {
  const place = `/rooms/${id}/proposals`;
  await noor.opens(place);
  const terms = { "term-1-debtor": "respondent", "term-1-text-en": "writes a letter to the landlord", "term-1-due_on": "2027-02-01" };
  await noor.sends("/proposals", terms);
  await noor.wasTaken();
  for (const person of [amara, bela]) {
    await person.opens(place);
    await person.sends("/answer", { accepts: "yes" });
    await person.wasTaken();
  }
  await sits(sami, id);
  await sami.finds("Both accepted the mediator's proposal.");
}

/** @param {Session} all */
async function theTextGrows({ amara, bela, noor, id, looks }) {
  const edit = `/disputes/${id}/agreement?edit=yes`;
  /** @type {Record<string, string>} */
  const terms = {
    "term-1-debtor": "respondent", "term-1-text-en": "pays back the deposit soon", "term-1-amount": "400.00", "term-1-currency": "BDT",
  };
  for (const text of [terms, { ...terms, "term-1-text-en": "pays back the deposit", "term-1-due_on": "2027-03-31" }]) {
    await noor.opens(edit);
    await noor.sends("/agreement/revisions", text);
    await noor.wasTaken();
  }
  await amara.opens(`/disputes/${id}/agreement/differences`);
  await amara.finds("soon");
  await looks.inEachLanguage(amara, `/disputes/${id}/agreement/differences`);
  await bela.opens(`/disputes/${id}/agreement`);
  await looksGood(bela, "agreement");
  for (const person of [amara, bela]) {
    await person.opens(`/disputes/${id}/agreement`);
    await person.sends("/agreement/readiness");
  }
  await noor.opens(`/disputes/${id}/agreement`);
  await noor.sends("/agreement/freezing");
  await noor.wasTaken();
}

/** Who promises something says first, in their own words, what it is: the mediator alone reads it. @param {Session} all */
async function thePromiseIsSaidInOwnWords({ amara, bela, noor, id }) {
  await bela.opens(`/disputes/${id}/signing`);
  await bela.finds("Only the mediator reads this.");
  await looksGood(bela, "read-back");
  await bela.opens(`/disputes/${id}/signing`);
  await bela.sends("/signing/read-back", { "term-1-text": "I pay all of it by the end of March." });
  await bela.wasTaken();
  await noor.opens(`/disputes/${id}/agreement`);
  await noor.finds("I pay all of it by the end of March.");
  await amara.opens(`/disputes/${id}/agreement`);
  assert.ok(!(await amara.reads()).includes("I pay all of it"), "it is for the mediator");
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "a whole session of four people": async (stage) => {
    const sami = await stage.person("Sami Das", {});
    await sami.signsUp();
    const all = { ...(await inTheRoom(stage)), sami, looks: new Looks() };
    await somebodySitsBeside(all);
    await theyWaitAndAreLetIn(all);
    await twoCaucusesAtOnce(all);
    await somethingIsPassedOn(all);
    await aPackageIsAccepted(all);
    await figuresMeetAndDoNot(all);
    await aProposalIsAccepted(all);
    await sits(all.noor, all.id);
    await all.looks.inEachLanguage(all.noor, `/rooms/${all.id}?channel=joint`);
    await looksGood(all.noor, "desk");
    await theTextGrows(all);
    await thePromiseIsSaidInOwnWords(all);
    assert.deepEqual(all.looks.faults, []);
  },
};
