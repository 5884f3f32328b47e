// A passkey of a device that is none, by the browser's own authenticator: it is added, it signs at 360 px, and where there is
// none a person signs as before.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { Looks } from "./looks.js";
import { agree, cast, files, getAMediator, answersSafety, prepares, takesPart } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** A device that knows its person, or does not. @param {Person} person @param {boolean} knows */
async function hasDevice(person, knows) {
  const session = await person.context.newCDPSession(person.page);
  await session.send("WebAuthn.enable");
  const options = {
    protocol: /** @type {const} */ ("ctap2"), transport: /** @type {const} */ ("internal"), hasResidentKey: true, hasUserVerification: true,
    isUserVerified: knows, automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    /** @param {boolean} isUserVerified */
    knows: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    keys: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

/** Keeps pictures of a page, narrow and wide, where pictures are wanted. @param {Person} person @param {string} place @param {string} name */
async function keepsPictures(person, place, name) {
  const folder = process.env.CONCORD_TESTS_PICTURES;
  if (folder === undefined) {
    return;
  }
  fs.mkdirSync(folder, { recursive: true });
  for (const language of ["ur", "en"]) {
    for (const width of [1280, 360]) {
      await person.page.setViewportSize({ width, height: 740 });
      await person.page.goto(`${place}?lang=${language}`, { waitUntil: "networkidle" });
      await person.page.screenshot({ path: path.join(folder, `${name}-${language}-${width}.png`), fullPage: true });
    }
  }
}

/** Presses what asks the device, and waits for the page behind it. @param {Person} person @param {string} does */
async function asksDevice(person, does) {
  const page = person.page;
  await Promise.all([page.waitForEvent("load"), page.locator(`[data-does=${does}] button[type=button]`).click()]);
  await person.wasTaken();
}

/** @param {Person} person @param {string} name */
async function addsPasskey(person, name) {
  await person.opens("/account/passkeys");
  await person.sends("/account/passkeys/challenges", { name, password: person.password });
  await person.wasTaken();
  await asksDevice(person, "make");
  await person.finds(name);
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "a passkey is added, signs and is removed, and who has none signs as before": async (stage) => {
    // At its bare address the house has no passkeys.
    stage.base = stage.base.replace("127.0.0.1", "localhost");
    const looks = new Looks();
    const people = await cast(stage);
    const { amara, bela } = people;
    const device = await hasDevice(amara, true);
    await looks.inEachLanguage(amara, "/account/passkeys");
    await addsPasskey(amara, "My phone");
    assert.equal((await device.keys()).length, 1);
    await stage.letters.find(amara.email, /(A passkey was added)/);
    await looks.inEachLanguage(amara, "/account/passkeys");
    await keepsPictures(amara, "/account/passkeys", "passkeys");

    const id = await files(amara, bela);
    await takesPart(bela);
    await answersSafety(bela, id);
    await prepares(amara, id);
    await prepares(bela, id);
    await getAMediator(people, id);
    await agree(people, id);
    const signing = `/disputes/${id}/signing`;
    await looks.inEachLanguage(amara, signing);
    await keepsPictures(amara, signing, "signing");
    await amara.opens(signing);
    await amara.finds("sha256:");
    assert.equal(await amara.page.evaluate(() => document.documentElement.scrollWidth), 360);
    // Where something is missing, or somebody does not sign freely, no device is asked, and the page says what to do.
    const counted = (await device.keys())[0]?.signCount;
    const presses = () => Promise.all([amara.page.waitForEvent("load"), amara.page.locator("[data-does=sign] button").click()]);
    await presses();
    await amara.page.locator(".summary").waitFor();
    await amara.page.locator("[name=freely][value=no]").check();
    await amara.page.locator("[name=name]").fill(amara.name);
    await presses();
    await amara.page.locator(".summary").waitFor();
    assert.equal((await device.keys())[0]?.signCount, counted, "no device was asked");
    await amara.opens(signing);
    for (const name of ["term-1", "freely", "auditor_may_read_terms"]) {
      await amara.page.locator(`[name="${name}"][value=yes]`).check();
    }
    await amara.page.locator("[name=name]").fill(amara.name);
    // A device that does not know its person signs nothing, and what was typed is still there.
    await device.knows(false);
    await amara.page.locator("[data-does=sign] button").click();
    await amara.page.locator("[data-does=sign] [data-part=failed]").waitFor();
    assert.equal(await amara.page.locator("[name=name]").inputValue(), amara.name);
    await device.knows(true);
    await asksDevice(amara, "sign");
    await amara.opens(signing);
    await amara.finds("You have signed.");
    assert.ok((await device.keys())[0]?.signCount, "the device has counted");

    // Nobody offers Bela what he does not have.
    await bela.opens(signing);
    await bela.sends("/signing/read-back", {}, "button[name=told]");
    assert.equal(await bela.page.locator("[data-does=sign]").count(), 0);
    await bela.page.locator("[name=password]").waitFor();

    await amara.opens("/account/passkeys");
    const removal = await amara.page.locator('a[href$="/removal"]').getAttribute("href");
    assert.ok(removal);
    await looks.inEachLanguage(amara, removal);
    await keepsPictures(amara, removal, "passkey-removal");
    await amara.opens(removal);
    await amara.sends("/removal", { password: amara.password });
    await amara.wasTaken();
    await amara.finds("You have no passkey.");
    assert.deepEqual(looks.faults, []);
  },

  "where the browser has no passkeys, or the address is a number, none is offered": async (stage) => {
    const amara = await stage.person("Amara Sen");
    await amara.signsUp();
    await amara.opens("/account/passkeys");
    await amara.page.locator("[data-part=unable]").waitFor();
    assert.equal(await amara.page.locator("form[data-part=able]").isVisible(), false);
    stage.base = stage.base.replace("127.0.0.1", "localhost");
    const bela = await stage.person("Bela Roy", { scripts: false });
    await bela.signsUp();
    await bela.opens("/account/passkeys");
    await bela.finds("with scripts on");
    assert.equal(await bela.page.locator("form[data-part=able]").isVisible(), false);
  },
};
