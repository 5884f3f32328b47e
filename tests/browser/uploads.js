// A file on its way over a bad line: it says how far it is, goes on by itself after the line broke, and from where it was after
// the page was loaded anew; it can be stopped; and whoever is in the room stays there.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { AxeBuilder } from "@axe-core/playwright";

import { cast, files, inTheRoom } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** A long text on the disk, of which no line is like another: a browser knows it again by when it was changed. */
function aStory(/** @type {import("./stage.js").Stage} */ stage, name = "story.txt", lines = 40_000) {
  const story = Array.from({ length: lines }, (_, at) => `Sentence ${at} of what happened.\n`).join("");
  const place = path.join(stage.folder, name);
  fs.writeFileSync(place, story);
  return { place, story };
}

const form = (/** @type {Person} */ person) => person.page.locator("form[data-pieces]");
const says = (/** @type {Person} */ person) => form(person).locator("[role=status]");

/** Chooses a file and waits until the form is ready to send it in pieces. @param {Person} person @param {string} place */
async function chooses(person, place) {
  await person.unfolds(form(person));
  await form(person).locator("input[type=file]").setInputFiles(place);
  await form(person).locator(".sending").waitFor({ state: "attached" });
}

/** @param {Person} person */
const presses = (person) => form(person).locator("button:not([type=button])").click();

/** What the house keeps under a link to a file. @param {Person} person @param {string} name */
async function kept(person, name) {
  const link = person.page.getByRole("link", { name, exact: true }).first();
  await link.waitFor();
  const answer = await person.context.request.get((await link.getAttribute("href")) ?? "");
  return answer.text();
}

/** How many pieces of files lie on the disk. @param {import("./stage.js").Stage} stage */
function pieces(stage) {
  const folder = path.join(stage.data(), "uploads");
  return fs.existsSync(folder) ? fs.readdirSync(folder).length : 0;
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "a file goes on by itself after its line broke, and from where it was after a reload": async (stage) => {
    const chaos = await stage.withChaos();
    const people = await cast(stage);
    const { amara } = people;
    const id = await files(amara, people.bela);
    const { place, story } = aStory(stage);
    const here = `/disputes/${id}/files`;
    await amara.opens(here);
    chaos.breaksFiles([50_000, 150_000, 300_000]);
    await chooses(amara, place);
    await presses(amara);
    assert.equal(await kept(amara, "story.txt"), story, "every byte, once, in its place");
    assert.equal(chaos.broken, 3, "the line did break");
    assert.equal(pieces(stage), 0);

    // The line stays away: it is said so, and nothing is lost when the page is loaded anew.
    const other = aStory(stage, "other.txt", 30_000);
    await amara.opens(here);
    chaos.breaksFiles([300_000], true);
    await chooses(amara, other.place);
    await presses(amara);
    await amara.finds("The line is broken.");
    const found = await new AxeBuilder({ page: amara.page }).analyze();
    assert.deepEqual(found.violations.map((one) => one.id), []);
    assert.ok(pieces(stage) > 0);
    await amara.opens(here);
    chaos.breaksFiles([]);
    await chooses(amara, other.place);
    await amara.finds("Part of this file is here already.");
    await presses(amara);
    assert.equal(await kept(amara, "other.txt"), other.story);
    assert.equal(await amara.page.getByRole("link", { name: "other.txt", exact: true }).count(), 1);
  },

  "a file that is on its way can be stopped, and nothing of it stays": async (stage) => {
    const chaos = await stage.withChaos();
    const people = await cast(stage);
    const { amara } = people;
    const id = await files(amara, people.bela);
    const { place } = aStory(stage);
    await amara.opens(`/disputes/${id}/files`);
    chaos.breaksFiles([300_000], true);
    await chooses(amara, place);
    await presses(amara);
    await amara.finds("The line is broken.");
    assert.ok(pieces(stage) > 0);
    await form(amara).locator("button[type=button]").click();
    await amara.finds("Sending was stopped.");
    for (let tries = 0; tries < 400 && pieces(stage) > 0; tries += 1) await new Promise((done) => setTimeout(done, 50));
    assert.equal(pieces(stage), 0);
    // It can be sent again, from its beginning.
    chaos.breaksFiles([]);
    await presses(amara);
    await amara.page.getByRole("link", { name: "story.txt", exact: true }).first().waitFor();
  },

  "a file is sent from the room without leaving it": async (stage) => {
    const chaos = await stage.withChaos();
    const { amara, bela, noor } = await inTheRoom(stage);
    const { place, story } = aStory(stage);
    await amara.page.locator(".live").waitFor();
    await amara.page.locator("textarea[name=text]").first().fill("Typed and not sent");
    chaos.breaksFiles([100_000]);
    for (const _ of ["once", "and again"]) {
      await chooses(amara, place);
      await presses(amara);
      await says(amara).getByText("The file is sent.").waitFor();
    }
    assert.equal(await amara.page.locator("textarea[name=text]").first().inputValue(), "Typed and not sent");
    for (const person of [amara, bela, noor]) {
      await person.page.locator('[data-part=entries] a[href^="/files/"]').nth(1).waitFor();
    }
    const link = await bela.page.locator('[data-part=entries] a[href^="/files/"]').first().getAttribute("href");
    assert.equal(await (await bela.context.request.get(link ?? "")).text(), story);
    assert.equal(chaos.broken, 1);
  },
};
