// The line of a room where it is bad: cut, held up, dead at one end, one byte at a time, or by events alone because nothing
// lets a WebSocket through. However it breaks, each list is the server's in the end, and what was typed is still there.
// `CONCORD_TEST_ROUNDS` says for how many rounds it is treated badly.

import assert from "node:assert/strict";

import { box, inTheRoom, says } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

const ROUNDS = Number(process.env.CONCORD_TEST_ROUNDS ?? 60);
/** @type {import("./chaos.js").Mood[]} */
const MOODS = ["well", "slow", "bytes", "stalls"];
/** After how many rounds the line is let alone and all is compared. */
const BLOCK = 10;
/** A page notices a line that is dead without a word after 15 seconds, so this is not done often. */
const DEAF_EVERY = 50;

/** @template T @param {readonly T[]} all @returns {T} */
function any(all) {
  const one = all[Math.floor(Math.random() * all.length)];
  if (one === undefined) throw new Error("there is nothing to choose from");
  return one;
}

/** The ids of the joint session's entries, as the server has them. @param {Person} person @param {string} id */
const stored = (person, id) =>
  person.page.evaluate(async (dispute) => {
    const ids = [];
    for (let after = "0"; after; ) {
      const page = await fetch(`/api/v1/disputes/${dispute}/room/channels/joint/entries?limit=500&after=${after}`);
      const { items, next } = await page.json();
      ids.push(...items.map((/** @type {{id: string}} */ entry) => entry.id));
      after = items.length > 0 ? next : "";
    }
    return ids;
  }, id);

/** What stands on the page. @param {Person} person */
const shown = (person) =>
  person.page.locator("[data-part=entries] > li[id^=e-]").evaluateAll((lines) => lines.map((line) => line.id.slice(2)));

/** How many of the entries wait to be sent, or were not taken. @param {Person} person */
const waiting = (person) => person.page.locator("[data-part=entries] .state:visible").count();

/** @param {Person} person @param {string} id */
async function hasAll(person, id) {
  let [theirs, ours, left] = [await shown(person), await stored(person, id), await waiting(person)];
  for (let tries = 0; tries < 400 && (theirs.join() !== ours.join() || left > 0); tries += 1) {
    await new Promise((done) => setTimeout(done, 100));
    [theirs, ours, left] = [await shown(person), await stored(person, id), await waiting(person)];
  }
  assert.deepEqual(theirs, ours, `${person.name} has what the server has, once and in order`);
  assert.equal(left, 0, "nothing waits any more");
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "a line that breaks in every way loses, doubles and reorders nothing": async (stage) => {
    const chaos = await stage.withChaos();
    const people = await inTheRoom(stage);
    const everybody = [people.amara, people.bela, people.noor];
    /** @type {string[]} */
    const said = [];
    for (let round = 0; round < ROUNDS; ) {
      // One of them types all the while, and never sends.
      const [typist, ...speakers] = everybody.sort(() => Math.random() - 0.5);
      if (!typist) throw new Error("nobody is there");
      const draft = `Typed in round ${round} and not sent`;
      await box(typist).fill(draft);
      for (const end = Math.min(round + BLOCK, ROUNDS); round < end; round += 1) {
        chaos.mood = any(MOODS);
        if (Math.random() < 0.5) chaos.cuts();
        if (round % DEAF_EVERY === 7) chaos.deafens();
        said.push(`Words of round ${round}`);
        await says(any(speakers), `Words of round ${round}`);
        await new Promise((done) => setTimeout(done, Math.random() * 300));
        if (Math.random() < 0.3) chaos.cuts();
      }
      chaos.mood = "well";
      for (const person of everybody) await hasAll(person, people.id);
      assert.equal(await box(typist).inputValue(), draft);
      await box(typist).fill("");
    }
    const words = await people.noor.page.locator(".said").allInnerTexts();
    const lost = said.filter((text) => !words.includes(text));
    assert.deepEqual(lost, [], "each of them was said");
    const opened = chaos.opened.socket + chaos.opened.events;
    assert.ok(opened > ROUNDS / 2, `the line did break: ${opened}`);
  },

  "a session by 2G is slow, and usable": async (stage) => {
    const chaos = await stage.withChaos();
    const { amara, bela, noor, id } = await inTheRoom(stage);
    // Everything that she does goes by the bad line from here on, pages and styles as well.
    [chaos.mood, chaos.treatsPages] = ["far", true];
    await amara.opens(`/rooms/${id}?channel=joint`);
    await amara.page.locator(".live").waitFor();
    for (const text of ["The first thing that I want to say.", "And the second.", "And the last."]) await says(amara, text);
    await bela.finds("And the last.");
    await says(bela, "I have read all three.");
    await amara.finds("I have read all three.");
    await amara.page.locator('[data-name="caucus-claimant"]').click();
    await amara.page.waitForURL(/caucus-claimant/);
    await amara.page.locator(".live").waitFor();
    await says(amara, "For the mediator alone, from far away.");
    await noor.opens(`/rooms/${id}?channel=caucus-claimant`);
    await noor.finds("For the mediator alone, from far away.");
    await amara.opens(`/rooms/${id}?channel=joint`);
    for (const person of [amara, bela]) await hasAll(person, id);
  },

  "where no WebSocket gets through the room is live all the same": async (stage) => {
    const chaos = await stage.withChaos();
    chaos.refusesSockets = true;
    const { amara, bela, noor, id } = await inTheRoom(stage);
    for (const person of [amara, bela]) await person.page.locator(".live").waitFor();
    assert.equal(chaos.opened.socket, 0);
    await says(amara, "Said without a socket.");
    await bela.finds("Said without a socket.");
    await says(bela, "And heard without one.");
    await amara.finds("And heard without one.");
    // The same wall stands: the claimant's caucus is not on the other's line.
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await amara.page.locator(".live").waitFor();
    await says(amara, "For the mediator alone.");
    await amara.finds("For the mediator alone.");
    await amara.opens(`/rooms/${id}?channel=joint`);
    await amara.page.locator(".live").waitFor();

    // It mends as a socket does, with what was typed and what was sent meanwhile.
    await box(bela).fill("Typed before it broke");
    chaos.cuts();
    await says(amara, "Said while it was broken.");
    await bela.finds("Said while it was broken.");
    assert.equal(await box(bela).inputValue(), "Typed before it broke");
    for (const person of [amara, bela, noor]) await hasAll(person, id);
    assert.ok(!(await bela.reads()).includes("mediator alone"));

    // Whatever was in the way is gone: the next time it is a socket again.
    chaos.refusesSockets = false;
    chaos.cuts();
    for (let tries = 0; tries < 600 && chaos.opened.socket === 0; tries += 1) await new Promise((done) => setTimeout(done, 50));
    assert.ok(chaos.opened.socket > 0, "a socket is tried again");
    await amara.page.locator(".live").waitFor();
    await says(amara, "Said with a socket again.");
    await bela.finds("Said with a socket again.");
  },
};
