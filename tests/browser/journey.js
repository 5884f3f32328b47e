// The main job in a browser: three people at once, with scripts and without.

import assert from "node:assert/strict";

import { agree, answersSafety, cast, files, getAMediator, haveTheRecord, prepares, says, sign, takesPart } from "./scenes.js";

/** @param {import("./stage.js").Stage} stage @param {boolean} scripts */
async function fromFilingToTheRecord(stage, scripts) {
  const people = await cast(stage, { scripts });
  const { amara, bela, noor } = people;
  const id = await files(amara, bela);
  await takesPart(bela);
  await answersSafety(bela, id);
  await prepares(amara, id);
  await prepares(bela, id);
  await getAMediator(people, id);

  // Three in the room at once. With scripts words arrive by themselves; without, the page is asked again.
  for (const person of [amara, bela, noor]) {
    await person.opens(`/rooms/${id}?channel=joint`);
  }
  const hears = async (/** @type {import("./cast.js").Person} */ person, /** @type {string} */ words) => {
    if (!scripts) {
      await person.opens(`/rooms/${id}?channel=joint`);
    }
    await person.finds(words);
  };
  await says(noor, "Good morning to you both.");
  await hears(amara, "Good morning to you both.");
  await hears(bela, "Good morning to you both.");
  await says(amara, "I would like my deposit back.");
  await hears(noor, "I would like my deposit back.");
  await hears(bela, "I would like my deposit back.");

  // A private meeting is not seen from the joint session.
  await bela.opens(`/rooms/${id}?channel=caucus-respondent`);
  await says(bela, "I could pay in January.");
  await noor.opens(`/rooms/${id}?channel=caucus-respondent`);
  await noor.finds("I could pay in January.");
  await amara.opens(`/rooms/${id}?channel=joint`);
  assert.ok(!(await amara.reads()).includes("I could pay in January."), "a caucus stays a caucus");
  await amara.opens(`/rooms/${id}?channel=caucus-respondent`, 404);

  await agree(people, id);
  await sign(people, id);
  await haveTheRecord(people, id);
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "three people go from filing to the record with scripts": (stage) => fromFilingToTheRecord(stage, true),
  "three people go from filing to the record without scripts": (stage) => fromFilingToTheRecord(stage, false),

  "what was typed is kept when something is missing": async (stage) => {
    const amara = await stage.person("Amara Sen", { scripts: false });
    await amara.opens("/sign-up");
    await amara.sends("/sign-up", { name: "Amara Sen", email: "amara@example.org", password: "short" });
    await amara.page.locator(".summary[role=alert]").waitFor();
    assert.equal(await amara.page.locator("[name=email]").inputValue(), "amara@example.org");
    assert.equal(await amara.page.locator("[name=name]").inputValue(), "Amara Sen");
    assert.equal(await amara.page.locator("[name=password]").inputValue(), "", "a password is never sent back");
  },

  "leaving this page ends the session, with scripts and without": async (stage) => {
    for (const scripts of [true, false]) {
      const person = await stage.person(scripts ? "Amara Sen" : "Bela Roy", { scripts });
      await person.signsUp();
      await person.opens("/disputes");
      await person.page.locator('form[action="/exit"] button').click();
      await person.page.waitForURL((url) => !url.pathname.startsWith("/disputes"));
      // With scripts the page is empty at once, and the session ends in the background.
      const reads = async () => (await person.context.request.get("/disputes", { maxRedirects: 0 })).status();
      for (let turn = 0; turn < 100 && (await reads()) === 200; turn += 1) await person.page.waitForTimeout(200);
      assert.notEqual(await reads(), 200, `the session has ended (scripts: ${scripts})`);
      await person.page.goBack({ waitUntil: "load" }).catch(() => null);
      assert.ok(!(await person.reads()).includes(person.name), "Back shows nothing of a person");
    }
  },

  "whoever asks to leave no trail leaves none": async (stage) => {
    for (const trailless of [false, true]) {
      const person = await stage.person(trailless ? "Amara Sen" : "Bela Roy");
      await person.opens("/help");
      const choice = person.page.locator("[data-part=trail] button");
      if (trailless) {
        await choice.click();
        assert.equal(await choice.getAttribute("aria-pressed"), "true");
      }
      const before = await person.page.evaluate(() => history.length);
      for (const path of ["/verify", "/help", "/"]) {
        await person.page.locator(`a[href="${path}"]`).first().click();
        await person.page.waitForURL((url) => url.pathname === path);
        await person.page.waitForLoadState("load");
      }
      const grown = (await person.page.evaluate(() => history.length)) - before;
      assert.equal(grown, trailless ? 0 : 3);
    }
    const without = await stage.person("Carim Das", { scripts: false });
    await without.opens("/help");
    assert.ok(!(await without.page.locator("[data-part=trail]").isVisible()), "nothing is offered that would not work");
  },

  "a file is added and shared without a script": async (stage) => {
    const amara = await stage.person("Amara Sen", { scripts: false });
    await amara.signsUp();
    await amara.opens("/disputes/new");
    await amara.sends("/disputes");
    const id = /\/disputes\/([^/]+)\/draft/.exec(amara.page.url())?.[1];
    await amara.opens(`/disputes/${id}/files`);
    const form = amara.page.locator('form[action$="/files"]');
    const adds = async (/** @type {string} */ name, /** @type {Buffer} */ buffer) => {
      await form.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer });
      await form.locator("button").click();
      await amara.page.waitForLoadState("load");
    };
    await adds("too large.txt", Buffer.alloc(26 * 1024 * 1024, "a"));
    await amara.finds("A file can have 25 MB.");
    await adds("a letter.txt", Buffer.from("The flat was clean."));
    await amara.finds("a letter.txt");
  },
};
