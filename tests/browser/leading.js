// What the mediator leads with, as it comes to those who have the room open: a private talk, the agenda, a timer, hands, a
// summary, and their own phrases in the box.

import assert from "node:assert/strict";

import { box, boxHolds, inTheRoom } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** The head of the channel as it stands there. @param {Person} person @param {string | RegExp} words */
const atTheHead = (person, words) => person.page.locator("[data-part=standing]").getByText(words).first().waitFor();

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "the mediator leads, and everyone there sees it without loading the page": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    for (const person of [amara, bela]) await person.page.locator(".live").waitFor();
    await noor.page.locator("#agenda").fill("Window\nDeposit");
    await noor.sends("/agenda");
    await atTheHead(amara, "Deposit");
    await noor.sends("/agenda", {}, 'button[value="2"]');
    await bela.page.locator('[data-part=standing] li[aria-current="step"]', { hasText: "Deposit" }).waitFor();

    await noor.sends("/timers", { minutes: "10", for: "claimant" });
    await atTheHead(bela, /Time for .*Amara/);
    await bela.page.locator(".left", { hasText: /^(10:00|9:\d\d)$/ }).waitFor();
    await noor.sends("/end");
    await bela.page.locator(".timer").waitFor({ state: "detached" });

    await noor.sends("/session", {}, 'button[value="open"]');
    await amara.page.locator("[data-part=hand]").click();
    await noor.page.locator("[data-part=hands] li", { hasText: "Amara" }).getByRole("button").click();
    await amara.page.locator("[data-part=over]", { hasText: "You have the floor." }).waitFor();
    await amara.page.locator('[data-part=hand][aria-pressed="false"]').waitFor();

    await noor.sends("/summaries", { summary: "Both want to sleep at night." });
    await amara.finds("Both want to sleep at night.");
    await amara.page.getByRole("link", { name: "Is it so?" }).click();
    await amara.page.waitForLoadState("load");
    await amara.page.locator('button[value="confirm"]').click();
    await bela.page.locator(".entry [data-of=claimant]", { hasText: "yes, so it is" }).waitFor();

    // A private talk is asked for in front of the mediator, who is elsewhere, and of nobody else.
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await amara.sends("/caucus", {}, 'button[value="ask"]');
    await noor.page.locator('[data-name="caucus-claimant"] strong').waitFor();
    assert.ok(!(await bela.reads()).includes("private talk"), await bela.reads());
  },

  "a phrase goes into the box behind what was typed, and nothing is sent": async (stage) => {
    const { amara, noor, id } = await inTheRoom(stage);
    await noor.opens("/mediator/phrases");
    await noor.sends("/mediator/phrases", { text: "What would help you now?" });
    await noor.opens(`/rooms/${id}?channel=joint`);
    await noor.page.locator(".live").waitFor();
    await box(noor).fill("Thank you.");
    await noor.page.locator('button[formaction$="/phrases"]').click();
    await boxHolds(noor, "Thank you.\nWhat would help you now?");
    assert.ok(!(await amara.reads()).includes("Thank you."));
  },
};
