// What the mediator asks both sides to answer in secret, with scripts: it arrives in the room by itself, is answered on
// a page of its own, and neither the room nor the page shows a figure or an answer.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { Looks } from "./looks.js";
import { inTheRoom } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** Keeps a picture of a page, where pictures are wanted. @param {Person} person @param {string} place @param {string} name */
async function keepsPicture(person, place, name) {
  const folder = process.env.CONCORD_TESTS_PICTURES;
  if (folder === undefined) {
    return;
  }
  fs.mkdirSync(folder, { recursive: true });
  for (const language of ["ur", "en"]) {
    await person.page.goto(`${place}?lang=${language}`, { waitUntil: "load" });
    await person.page.screenshot({ path: path.join(folder, `${name}-${language}.png`), fullPage: true });
  }
}

/** Enters a figure and looks at it once more. @param {Person} person @param {string} place @param {string} figure */
async function enters(person, place, figure) {
  await person.opens(place);
  await person.sends("/figures", { figure });
  await person.finds("Is this your figure?");
  await person.finds(figure);
  await person.sends("/figures");
  await person.wasTaken();
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "blind bids are asked, entered and met, and no page shows a figure": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    const looks = new Looks();
    const place = `/rooms/${id}/blind-bids`;
    await noor.opens(place);
    await keepsPicture(noor, place, "bids-ask");
    await noor.opens(place);
    await noor.sends("/blind-bids", { "question-en": "How much of the deposit?", payer: "respondent", currency: "BDT", rounds: "2" });
    await noor.wasTaken();
    // It came to the open room by itself, with the way to the page.
    await amara.finds("How much of the deposit?");
    await amara.page.locator(`a[href="${place}"]`).first().waitFor();
    await bela.opens(`/rooms/${id}?channel=caucus-respondent`);
    await keepsPicture(amara, place, "bids-open");
    await enters(amara, place, "312.75");
    assert.ok(!(await amara.reads()).includes("312"), "a figure that was entered is not shown again");
    await keepsPicture(amara, place, "bids-entered");
    await bela.page.locator(".live").waitFor();
    await enters(bela, place, "200.25");
    await bela.opens(`/rooms/${id}?channel=caucus-respondent`);
    await bela.finds("The next round is open.");
    await amara.opens(`/rooms/${id}?channel=joint`);
    await amara.page.locator(".live").waitFor();
    await enters(bela, place, "300.00");
    const second = await stage.person("Amara Again", {});
    await second.context.addCookies((await amara.context.storageState()).cookies);
    await enters(second, place, "290.50");
    await amara.finds("The middle is BDT 295.25.");
    await keepsPicture(bela, place, "bids-met");
    for (const person of [amara, bela, noor]) {
      await person.opens(`/rooms/${id}?channel=joint`);
      const text = await person.reads();
      assert.ok(text.includes("295.25") && !/312\.75|200\.25|290\.50/.test(text), text);
    }
    for (const person of [amara, noor]) {
      await looks.inEachLanguage(person, place);
    }
    assert.deepEqual(looks.faults, []);
  },

  "a proposal arrives, is answered in secret, and two yes come to everybody": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    const looks = new Looks();
    const place = `/rooms/${id}/proposals`;
    await looks.inEachLanguage(noor, place);
    await keepsPicture(noor, place, "proposals-make");
    await noor.opens(place);
    await noor.sends("/proposals", { "term-1-debtor": "respondent", "term-1-text-en": "pays two thirds back", "term-1-amount": "300", "term-1-currency": "BDT" });
    await noor.wasTaken();
    await bela.finds("pays two thirds back");
    await amara.opens(place);
    await keepsPicture(amara, place, "proposals-open");
    await looks.inEachLanguage(amara, place);
    for (const accepts of ["no", "yes"]) {
      await amara.opens(place);
      await amara.sends("/answer", { accepts });
      await amara.wasTaken();
      assert.equal(await amara.page.locator("input:checked").count(), 0, "what was answered is not shown");
    }
    await amara.opens(`/rooms/${id}?channel=joint`);
    await amara.page.locator(".live").waitFor();
    await bela.opens(place);
    await bela.sends("/answer", { accepts: "yes" });
    await bela.wasTaken();
    await amara.finds("Both accepted the mediator's proposal.");
    await keepsPicture(bela, place, "proposals-accepted");
    assert.deepEqual(looks.faults, []);
  },
};
