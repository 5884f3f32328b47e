// The agreement's text beside the conversation: it grows in front of whoever has the room for it, and a telephone on a
// slow line loads none of it.

import assert from "node:assert/strict";

import { inTheRoom } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** @param {Person} person @param {string} path */
async function sitsAtADesk(person, path) {
  await person.page.setViewportSize({ width: 1280, height: 800 });
  await person.opens(path);
  await person.page.locator(".live").waitFor();
}

/** The text as it stands beside what is said. @param {Person} person @param {string | RegExp} words */
const beside = (person, words) => person.page.locator("aside [data-part=text]").getByText(words).waitFor();

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "the text grows beside the conversation, and a telephone loads none of it": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    const room = `/rooms/${id}?channel=joint`;
    /** @type {string[]} */
    const loaded = [];
    amara.page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await amara.opens(room);
    await amara.page.locator(".live").waitFor();
    await sitsAtADesk(bela, room);
    await beside(bela, "Nothing is written yet.");

    await noor.opens(`/disputes/${id}/agreement?edit=yes`);
    await noor.sends("/agreement/revisions", {
      "term-1-debtor": "respondent", "term-1-text-en": "pays back the deposit as soon as possible", "term-1-amount": "450.00",
      "term-1-currency": "BDT",
    });
    await noor.wasTaken();
    await beside(bela, "pays back the deposit as soon as possible");
    await beside(bela, "This does not say by when.");
    await sitsAtADesk(noor, room);
    await beside(noor, "This does not say by when.");

    // Amara suggests something to the mediator alone: it moves in front of the mediator, and nowhere else.
    await amara.finds("There is a new text of the agreement.");
    assert.ok(loaded.includes(`/rooms/${id}`) && !loaded.includes(`/rooms/${id}/text`), loaded.join(" "));
    await amara.opens(`/disputes/${id}/agreement/suggestions?term=1`);
    await amara.sends("/agreement/suggestions", { audience: "mediator", kind: "comment", note: "I need it before the rent." });
    await amara.wasTaken();
    // Marks of direction stand round each number.
    await beside(noor, /waiting: \W?1/);
    await amara.sends("/withdrawal");
    await amara.wasTaken();
    await amara.page.locator(".tag", { hasText: "Taken back" }).waitFor();
    assert.ok(!(await bela.reads()).includes("waiting:"), await bela.reads());
  },
};
