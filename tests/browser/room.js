// The room as scripts make it: words arrive by themselves, a broken line mends, what was typed stays.

import assert from "node:assert/strict";

import { inTheRoom, says } from "./scenes.js";

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "words arrive once, in order, and survive a restart of the server": async (stage) => {
    const { amara, bela } = await inTheRoom(stage);
    await says(amara, "One before the break.");
    await bela.finds("One before the break.");
    await amara.page.locator("textarea[name=text]").fill("Typed and not yet sent");
    await stage.stopsServer();
    await stage.startsServer(["serve", "--data", stage.data(), "--listen", `127.0.0.1:${stage.port}`]);
    assert.equal(await amara.page.locator("textarea[name=text]").inputValue(), "Typed and not yet sent");
    await says(amara, "Two after the break.");
    await bela.finds("Two after the break.");
    const said = await bela.page.locator(".said").allInnerTexts();
    assert.deepEqual(said.slice(-2), ["One before the break.", "Two after the break."]);
    const own = await amara.page.locator(".said").allInnerTexts();
    assert.equal(own.filter((text) => text === "Two after the break.").length, 1, "no word is doubled");
  },

  "nothing that somebody writes becomes markup": async (stage) => {
    const { amara, bela } = await inTheRoom(stage);
    const sly = '<img src=x onerror="document.title=1"><b>bold</b> &amp; {{7*7}}';
    await says(amara, sly);
    await bela.finds(sly);
    await bela.page.reload();
    await bela.finds(sly);
    assert.equal(await bela.page.locator(".said img, .said b").count(), 0);
    assert.notEqual(await bela.page.title(), "1");
  },

  "a screen reader hears each word once": async (stage) => {
    const { amara, bela } = await inTheRoom(stage);
    await says(amara, "A word for the ear.");
    await bela.finds("A word for the ear.");
    const log = bela.page.locator('[role="log"]');
    assert.equal(await log.count(), 1);
    await log.getByText("A word for the ear.").waitFor({ state: "attached" });
    const list = bela.page.locator("[data-part=entries]");
    assert.equal(await list.getAttribute("aria-live"), null, "the visible list is not live itself");
  },
};
