// The live room where it matters who reads what: words that were refused or left behind, private calls to the mediator,
// and offers as they come.

import assert from "node:assert/strict";

import { box, boxHolds, inTheRoom, says } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

/** Keeps what is posted from reaching the server for as long as it is held. @param {Person} person */
async function holdsBack(person) {
  const line = { isHeld: true };
  await person.page.routeWebSocket(/room\/socket/, (ws) => {
    const server = ws.connectToServer();
    ws.onMessage((message) => {
      if (!line.isHeld || !String(message).includes('"t":"post"')) {
        server.send(message);
      }
    });
  });
  return line;
}

/** @param {() => Promise<boolean>} isSo */
async function until(isSo) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("it never became so");
}

/** All that a browser keeps of its own: the tab's storage, and the rows of its database. @param {Person["page"]} page */
const left = (page) =>
  page.evaluate(async () => {
    const rows = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const opened = await new Promise((resolve) => (indexedDB.open(name).onsuccess = (event) => resolve(event.target)));
      for (const store of opened.result.objectStoreNames) {
        const asked = opened.result.transaction(store).objectStore(store).getAll();
        rows.push(...(await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)))));
      }
      opened.result.close();
    }
    return JSON.stringify(sessionStorage) + JSON.stringify(rows);
  });

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "a phone that ends the page loses no word": async (stage) => {
    const { amara, bela, id } = await inTheRoom(stage);
    const line = await holdsBack(amara);
    await amara.page.reload();
    await amara.page.locator(".live").waitFor();
    await says(amara, "Written on a line that carries nothing.");
    await until(async () => (await left(amara.page)).includes("carries nothing"));
    await amara.page.close();
    line.isHeld = false;
    amara.page = await amara.context.newPage();
    await amara.opens(`/rooms/${id}?channel=joint`);
    await bela.finds("Written on a line that carries nothing.");
    // What the server has is not kept here any longer.
    await until(async () => (await left(amara.page)) === "{}[]");
    const heard = await bela.page.locator(".said").allInnerTexts();
    assert.equal(heard.filter((text) => text.includes("carries nothing")).length, 1);
  },

  "words for the mediator alone that are refused never stand in everyone's box": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    const line = await holdsBack(amara);
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await amara.page.locator(".live").waitFor();
    await says(amara, "Only Noor may read that I would take half.");
    await amara.finds("Only Noor may read that I would take half.");
    await noor.opens(`/rooms/${id}?channel=caucus-claimant`);
    await noor.sends("/session", {}, "[value=pause]");

    line.isHeld = false;
    await amara.opens(`/rooms/${id}?channel=joint`);
    await amara.finds("We kept it in its own place:");
    assert.equal(await box(amara).inputValue(), "", "the box of everyone stays empty");
    await amara.page.locator("[data-part=kept] a").click();
    await amara.page.waitForURL(/caucus-claimant/);
    // Nothing can be written while it is paused: the words are shown there, and are not lost.
    await amara.finds("Only Noor may read that I would take half.");
    await amara.opens(`/rooms/${id}?channel=joint`);
    await noor.sends("/session", {}, "[value=resume]");
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await boxHolds(amara, "Only Noor may read that I would take half.");
    await bela.page.reload();
    assert.ok(!(await bela.reads()).includes("half"));
  },

  "what one person left on a shared phone is never sent as the other's": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    const line = await holdsBack(amara);
    await amara.page.reload();
    await amara.page.locator(".live").waitFor();
    await says(amara, "Amara wrote this and it did not go out.");
    await box(amara).fill("Amara typed this and did not send it");
    // There is something to leave behind.
    await until(async () => {
      const kept = await left(amara.page);
      return kept.includes("did not go out") && kept.includes("did not send it");
    });

    // Her session ends elsewhere, and he signs in in the same tab.
    line.isHeld = false;
    await amara.page.goto("about:blank");
    await amara.context.clearCookies();
    const his = Object.assign(Object.create(bela), { page: amara.page, context: amara.context });
    await his.signsIn();
    await his.opens(`/rooms/${id}?channel=joint`);
    await amara.page.locator(".live").waitFor();
    assert.equal(await box(his).inputValue(), "");
    await says(his, "Bela is here now.");
    await noor.finds("Bela is here now.");
    assert.ok(!(await noor.reads()).includes("did not go out"), "nothing of hers was sent in his name");

    // Whoever signs out leaves nothing behind.
    await box(his).fill("Bela typed this");
    await his.sends("/sign-out");
    await until(async () => (await left(amara.page)) === "{}[]");
  },

  "the mediator reads who needs help, in the room and at the desk, and lets it go on": async (stage) => {
    const { amara, bela, noor, rosa, id } = await inTheRoom(stage);
    await amara.finds("the mediator learns it with your name, and nobody else");
    await amara.sends("/alarms");
    await amara.finds("The mediator knows. Nobody else.");
    await noor.finds("Amara Sen: does not feel safe");
    await bela.finds("This is paused.");
    assert.ok(!(await bela.reads()).includes("safe, "));
    await noor.stage.letters.find(noor.email, /(something for you)/i);
    await noor.opens("/mediator");
    await noor.finds("Amara Sen: does not feel safe");
    await rosa.opens("/registrar");
    assert.ok(!(await rosa.reads()).includes("Does not feel safe"), "the registrar is not told what only the mediator is");
    // No session was opened, and it can be taken up all the same.
    await noor.opens(`/rooms/${id}?channel=notes`);
    assert.equal(await noor.page.locator("[value=pause]:visible, [value=resume]:visible").count(), 0);
    await noor.opens(`/rooms/${id}?channel=joint`);
    await noor.sends("/session", {}, "[value=resume]");
    await noor.wasTaken();
    assert.ok(!(await noor.reads()).includes("does not feel safe"));
    await amara.opens(`/rooms/${id}?channel=joint`);
    await says(amara, "We can go on.");
    await bela.finds("We can go on.");
  },

  "offers, answers, sessions and agendas are read in words as they come": async (stage) => {
    const { amara, bela, noor, id } = await inTheRoom(stage);
    await bela.page.locator(".live").waitFor();
    await noor.finds(/In the waiting room: .*Bela Roy/);
    await amara.finds("No session is open. The mediator sees that you are here; nobody else does.");
    assert.ok(!(await amara.reads()).includes("waiting room"));
    await noor.sends("/session", {}, "[value=open]");
    await bela.finds("The mediator opened a session.");
    await noor.finds(/Here now: .*Bela Roy/);
    await until(async () => !/waiting room|No session is open/.test((await noor.reads()) + (await amara.reads())));
    await noor.page.locator("[name=agenda]").fill("The window\nThe deposit");
    await noor.sends("/agenda");
    await bela.finds("The window");

    await amara.opens(`/rooms/${id}?channel=joint&offer=new`);
    await amara.finds("This goes to: Bela Roy, Noor Haq.");
    await amara.sends("/offers", { "term-1-debtor": "respondent", "term-1-text": "pays back half now", "term-1-amount": "225.00" }, "[name=more]");
    assert.equal(await amara.page.locator("[name=term-1-text]").inputValue(), "pays back half now", "what was typed stays");
    await amara.sends("/offers", { "term-2-debtor": "claimant", "term-2-text": "hands over the keys" });
    await amara.wasTaken();
    await bela.finds("pays back half now");
    await bela.finds("hands over the keys");
    await bela.finds("Bela Roy promises Amara Sen:");

    await bela.page.getByRole("link", { name: "Make another offer instead" }).click();
    await bela.page.waitForURL(/offer=/);
    await bela.finds("pays back half now");
    await bela.sends("/offers", { "term-1-debtor": "respondent", "term-1-text": "pays back a third" });
    await bela.wasTaken();
    await amara.finds("pays back a third");
    await amara.finds("answered with another");
    await amara.page.getByRole("button", { name: "Accept" }).last().click();
    await bela.finds("Amara Sen accepted the offer.");
    const all = await bela.reads();
    assert.ok(!all.includes("Load the page again"), all);
  },
};
