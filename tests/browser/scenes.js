// The steps of the main job as people take them on pages, each a function of the people in it. What is checked on the
// way is what a person would notice; that the record itself is sound is checked by the API's tests.

import assert from "node:assert/strict";

/** @typedef {import("./cast.js").Person} Person */
/** @typedef {{amara: Person, bela: Person, noor: Person, rosa: Person}} People */

/** @param {import("./stage.js").Stage} stage @param {{scripts?: boolean}} how @returns {Promise<People>} */
export async function cast(stage, how = {}) {
  const amara = await stage.person("Amara Sen", how);
  const bela = await stage.person("Bela Roy", how);
  const noor = await stage.staff("mediator", "Noor Haq", how);
  const rosa = await stage.staff("registrar", "Rosa Lind", how);
  await amara.signsUp();
  await bela.signsUp();
  await noor.signsIn();
  await rosa.signsIn();
  return { amara, bela, noor, rosa };
}

/** The wizard, one question a page. @param {Person} amara @param {Person} bela @returns {Promise<string>} The dispute. */
export async function files(amara, bela) {
  await amara.opens("/disputes/new");
  await amara.sends("/disputes");
  const id = /\/disputes\/([^/]+)\/draft/.exec(amara.page.url())?.[1];
  assert.ok(id, `a draft has a page of its own: ${amara.page.url()}`);
  /** @type {[string, Record<string, string | string[]>][]} */
  const answers = [
    ["category", { category: "tenancy" }],
    ["title", { title: "The deposit for the flat in Lake Road" }],
    ["statement", { statement: "I moved out in March and the deposit was never paid back." }],
    ["outcome", { outcome_sought: "I want the whole deposit back by January." }],
    ["amount", { amount: "450.00", currency: "BDT" }],
    ["respondent", { respondent_name: bela.name, respondent_email: bela.email }],
    ["needs", {}],
    ["language", { language: "en" }],
  ];
  for (const [step, fields] of answers) {
    assert.ok(amara.page.url().includes(`/draft/${step}`), `the next question is ${step}: ${amara.page.url()}`);
    await amara.sends(`/draft/${step}`, fields);
    await amara.wasTaken();
  }
  await answersSafety(amara, id);
  await amara.opens(`/disputes/${id}/draft/check`);
  await amara.finds("The deposit for the flat in Lake Road");
  assert.ok(!(await amara.reads()).includes("afraid"), "what was answered to the safety questions is never shown");
  await amara.sends("/filing", { confirm: "yes" });
  await amara.wasTaken();
  await amara.opens(`/disputes/${id}`);
  await amara.finds(/CD-[0-9A-Z]{4}-[0-9A-Z]{4}/);
  return id;
}

/** @param {Person} person @param {string} id */
export async function answersSafety(person, id) {
  await person.opens(`/disputes/${id}/safety`);
  await person.opens(`/disputes/${id}/safety/questions`);
  await person.sends("/safety", { alone: "yes", afraid: "no", violence: "no", control: "no", order: "no", reach: "mail" });
  await person.wasTaken();
}

/** @param {Person} bela */
export async function takesPart(bela) {
  const code = await bela.stage.letters.find(bela.email, /\/invitations\/([\w-]{22,})/);
  await bela.opens(`/invitations/${code}`);
  await bela.finds("Amara Sen");
  assert.ok(!(await bela.reads()).includes("never paid back"), "an invitation shows no text of the claimant");
  await bela.opens(`/invitations/${code}/acceptance`);
  await bela.sends("/acceptance");
}

/** @param {Person} person @param {string} id */
export async function prepares(person, id) {
  await person.opens(`/disputes/${id}/consent`);
  await person.sends("/consent", { agree: "yes" });
  await person.wasTaken();
  await person.opens(`/disputes/${id}/readiness`);
  await person.sends("/readiness", { route: "mediation" });
  await person.wasTaken();
}

/** @param {People} people @param {string} id */
export async function getAMediator({ amara, bela, noor, rosa }, id) {
  await rosa.opens("/registrar");
  await rosa.opens(`/registrar/disputes/${id}/assignment`);
  await rosa.finds("Noor Haq");
  await rosa.sends("/assignments", { mediator_id: noor.id });
  await noor.opens("/mediator");
  const link = await noor.page.locator('a[href^="/assignments/"]').first().getAttribute("href");
  assert.ok(link, "the proposal stands on the mediator's desk");
  await noor.opens(link);
  await noor.sends("/acceptance", { conflict: "no" });
  await noor.wasTaken();
  for (const person of [amara, bela]) {
    await person.opens(`/disputes/${id}`);
    await person.opens(link);
    await person.finds("Noor Haq");
    await person.sends("/approval");
  }
}

/** Everybody is in the room, with scripts. @param {import("./stage.js").Stage} stage */
export async function inTheRoom(stage) {
  const people = await cast(stage);
  const id = await files(people.amara, people.bela);
  await takesPart(people.bela);
  await answersSafety(people.bela, id);
  await prepares(people.amara, id);
  await prepares(people.bela, id);
  await getAMediator(people, id);
  for (const person of [people.amara, people.bela, people.noor]) {
    await person.opens(`/rooms/${id}?channel=joint`);
  }
  return { ...people, id };
}

/** Where one writes to a channel. @param {Person} person */
export const box = (person) => person.page.locator('form[action$="/entries"] textarea[name="text"]');

/** Waits until the box holds that, and nothing else: a page puts words back only after its scripts have begun. @param {Person} person @param {string} text */
export async function boxHolds(person, text) {
  let held = await box(person).inputValue();
  for (let tries = 0; held !== text; tries += 1) {
    assert.ok(tries < 400, `${person.name}'s box holds “${held}” and not “${text}”`);
    await new Promise((done) => setTimeout(done, 50));
    held = await box(person).inputValue();
  }
}

/** @param {Person} person @param {string} text */
export async function says(person, text) {
  await box(person).fill(text);
  await person.page.locator('form[action$="/entries"] button').first().click();
  // On the line it is empty at once. Until the line has held, the form posts, and what was written before the next page
  // is there would be gone with this one.
  await boxHolds(person, "");
  await person.page.waitForLoadState("load");
}

/** @param {People} people @param {string} id */
export async function agree({ amara, bela, noor }, id) {
  await noor.opens(`/disputes/${id}/agreement?edit=yes`);
  await noor.sends("/agreement/revisions", {
    "term-1-debtor": "respondent", "term-1-text-en": "pays back the whole deposit", "term-1-amount": "450.00",
    "term-1-currency": "BDT", "term-1-due_on": "2027-01-31",
  });
  await noor.wasTaken();
  for (const person of [amara, bela]) {
    await person.opens(`/disputes/${id}/agreement`);
    await person.finds("pays back the whole deposit");
    await person.sends("/agreement/readiness");
  }
  await noor.opens(`/disputes/${id}/agreement`);
  await noor.sends("/agreement/freezing");
  for (const person of [amara, bela]) {
    await person.opens(`/disputes/${id}/agreement`);
    await person.sends("/agreement/waivers", { advice_notice_read: "yes" });
    await person.wasTaken();
  }
}

/** @param {People} people @param {string} id */
export async function sign({ amara, bela, noor }, id) {
  for (const person of [amara, bela]) {
    await person.opens(`/disputes/${id}/signing`);
    await person.finds("pays back the whole deposit");
    // Whoever promises something says first, in their own words, what it is.
    if (person === bela) {
      await person.finds("Only the mediator reads this.");
      await person.sends("/signing/read-back", { "term-1-text": "I pay everything back in January." });
      await person.wasTaken();
    }
    await person.sends("/signing", {
      "term-1": "yes", freely: "yes", auditor_may_read_terms: "yes", name: person.name, password: person.password,
    });
    await person.wasTaken();
  }
  await noor.opens(`/disputes/${id}/attestation`);
  await noor.sends("/attestation", { name: noor.name, password: noor.password, totp: await noor.code() });
  await noor.wasTaken();
}

/** @param {People} people @param {string} id */
export async function haveTheRecord({ amara, bela }, id) {
  for (const person of [amara, bela]) {
    await person.opens(`/disputes/${id}/settlement`);
    const pdf = await person.page.locator('a[href$="/record.pdf"]').first().getAttribute("href");
    assert.ok(pdf, "the record is a link away");
    const answer = await person.context.request.get(pdf);
    assert.equal(answer.status(), 200);
    assert.equal((await answer.body()).subarray(0, 5).toString(), "%PDF-");
    await person.stage.letters.find(person.email, /filename\*?="?(record\.pdf)/);
  }
}
