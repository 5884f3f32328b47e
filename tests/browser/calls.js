// Voice and video between real browsers with devices that are none, through a real relay: they hear each other through
// it alone, whoever begins; and whoever goes elsewhere is not heard any more.

import assert from "node:assert/strict";
import fs from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";

import { inTheRoom, says } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

const STARTS = 20;

/** Keeps each connection that the page makes, so that the test can ask how it is. @param {Person} person */
async function isWatched(person) {
  await person.context.grantPermissions(["microphone", "camera"]);
  await person.page.addInitScript(() => {
    const lines = /** @type {RTCPeerConnection[]} */ ([]);
    const Line = RTCPeerConnection;
    Object.assign(globalThis, { lines });
    globalThis.RTCPeerConnection = class extends Line {
      /** @param {RTCConfiguration} [how] */
      constructor(how) {
        super(how);
        lines.push(this);
      }
    };
  });
}

/**
 * How each open connection of a page is: bytes of sound and picture that came, the kinds of both ends of the way, and
 * whether a description or candidate of another kind ever came.
 * @param {Person} person
 */
function lines(person) {
  return person.page.evaluate(async () => {
    const all = /** @type {{lines: RTCPeerConnection[]}} */ (/** @type {unknown} */ (globalThis)).lines;
    const found = [];
    for (const line of all.filter((one) => one.connectionState !== "closed")) {
      const one = { state: line.connectionState, sound: 0, picture: 0, ways: "", others: "" };
      const report = await line.getStats();
      const by = new Map();
      report.forEach((entry) => by.set(entry.id, entry));
      report.forEach((entry) => {
        if (entry.type === "inbound-rtp" && entry.kind === "audio") one.sound += entry.bytesReceived;
        if (entry.type === "inbound-rtp" && entry.kind === "video") one.picture += entry.framesDecoded ?? 0;
        if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
          one.ways = `${by.get(entry.localCandidateId)?.candidateType} ${by.get(entry.remoteCandidateId)?.candidateType}`;
        }
        if (entry.type === "remote-candidate" && entry.candidateType !== "relay" && entry.candidateType !== "prflx") one.others += entry.candidateType;
      });
      one.others += /typ (host|srflx)/.exec(line.remoteDescription?.sdp ?? "")?.[0] ?? "";
      found.push(one);
    }
    return found;
  });
}

/** @param {Person} person @param {number} many How many others they hear, through the relay alone. */
async function hears(person, many) {
  let last = "";
  for (let tries = 0; tries < 150; tries += 1) {
    const all = await lines(person);
    const heard = all.filter((one) => one.state === "connected" && one.sound > 500 && one.ways !== "");
    last = JSON.stringify(all);
    if (heard.length === many && all.length === many) {
      for (const one of heard) {
        assert.equal(one.others, "", `${person.name} was told of another way: ${last}`);
        assert.match(one.ways, /^(relay|prflx) (relay|prflx)$/, last);
      }
      return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${person.name} does not hear ${many}: ${last}\n${await person.reads()}`);
}

const button = (/** @type {Person} */ person, /** @type {string} */ name) => person.page.getByRole("button", { name, exact: true });

/** @param {Person} person */
const talks = (person) => button(person, "Talk").click();

/** @param {Person} person */
async function leaves(person) {
  await button(person, "Leave the call").click();
  await button(person, "Talk").waitFor();
}

/** Everybody is in the joint session, which is open. @param {import("./stage.js").Stage} stage */
async function inSession(stage) {
  await stage.withCalls();
  const people = await inTheRoom(stage);
  for (const person of [people.amara, people.bela, people.noor]) {
    await isWatched(person);
    await person.opens(`/rooms/${people.id}?channel=joint`);
  }
  assert.equal(await people.amara.page.getByRole("button", { name: "Talk", exact: true }).count(), 0, "no session, no button");
  await people.noor.sends("/session", {}, "[value=open]");
  for (const person of [people.amara, people.bela, people.noor]) {
    await button(person, "Talk").waitFor();
  }
  return people;
}

/** What axe finds while somebody is in a call, in a context in which it may run. @param {Person} person @param {string} path */
async function faultsInACall(person, path) {
  const { stage } = person;
  const storageState = await person.context.storageState();
  const context = await stage.browser?.newContext({
    bypassCSP: true, viewport: { width: 360, height: 740 }, baseURL: stage.base, storageState, permissions: ["microphone"],
  });
  assert.ok(context);
  const page = await context.newPage();
  await page.goto(path);
  await page.locator("[data-part=talk]").click();
  await page.locator("[data-part=call] button").nth(2).waitFor();
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await context.close();
  return [...found.violations.map((one) => one.id), ...(width > 360 ? [`it is ${width} px wide`] : [])];
}

/** @param {Person} person @param {string} name */
async function picture(person, name) {
  const folder = process.env.CONCORD_TESTS_PICTURES;
  if (folder !== undefined) {
    fs.mkdirSync(folder, { recursive: true });
    await person.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }
}

/** @type {Record<string, (stage: import("./stage.js").Stage) => Promise<void>>} */
export const tests = {
  "two who begin at the same moment hear each other through the relay, twenty times of twenty": async (stage) => {
    const { amara, noor, bela } = await inSession(stage);
    for (let start = 1; start <= STARTS; start += 1) {
      await Promise.all([talks(amara), talks(noor)]);
      await Promise.all([hears(amara, 1), hears(noor, 1)]);
      await amara.finds("You are connected.");
      await bela.finds(/In the call: (Amara Sen, Noor Haq|Noor Haq, Amara Sen)/);
      await Promise.all([leaves(amara), leaves(noor)]);
      await bela.page.locator("[data-part=callers]:text-is('')").waitFor({ state: "attached" });
    }
    assert.ok(!stage.log().includes("192.0.2.") && !stage.log().includes("candidate"), "the log knows no address");
  },

  "three hear each other, a picture comes when asked for, and going to a private meeting ends the call first": async (stage) => {
    const { amara, bela, noor, id } = await inSession(stage);
    await talks(amara);
    await amara.finds("The call begins when the mediator joins. Nobody hears you yet.");
    await talks(bela);
    assert.equal((await lines(amara)).length, 0, "without the mediator the sides do not hear each other");
    await talks(noor);
    await Promise.all([hears(amara, 2), hears(bela, 2), hears(noor, 2)]);
    await amara.page.getByRole("log").getByText(/Noor Haq.? joined the call/).waitFor({ state: "attached" });
    await button(amara, "Camera on").click();
    await noor.page.locator("video[aria-label*='Amara Sen']:visible").waitFor();
    await picture(noor, "room-call-picture-360");
    await button(amara, "Camera off").click();
    await noor.page.locator("video[aria-label*='Amara Sen']").waitFor({ state: "hidden" });
    await button(amara, "Microphone off").click();
    await button(amara, "Microphone on").waitFor();
    await picture(amara, "room-call-360");

    // The mediator goes aside with Amara: the call of everyone has ended before the private one begins.
    await noor.opens(`/rooms/${id}?channel=caucus-claimant`);
    await bela.finds("The call begins when the mediator joins. Nobody hears you yet.");
    assert.equal((await lines(bela)).length, 0, "nobody hears anybody any more");
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await Promise.all([talks(noor), talks(amara)]);
    await Promise.all([hears(noor, 1), hears(amara, 1)]);
    await bela.finds("In the call: Bela Roy");
    assert.ok(!(await bela.reads()).includes("Noor Haq joined"), "the other side learns nothing of it");
    assert.equal((await lines(bela)).length, 0);
    // Words go on beside it, and "I do not feel safe" of the other side ends nothing here.
    await says(amara, "We can talk and write.");
    await noor.finds("We can talk and write.");
    await amara.opens(`/rooms/${id}?channel=joint&lang=ur`);
    await amara.page.locator("[data-part=talk]").click();
    await amara.page.locator("[data-part=call] [role=status]").waitFor();
    await picture(amara, "room-call-ur-360");
    assert.deepEqual(await faultsInACall(amara, `/rooms/${id}?channel=joint&lang=ur`), []);
    assert.deepEqual(await faultsInACall(amara, `/rooms/${id}?channel=joint&lang=en`), []);
  },

  "one's own device can be tried out, with scripts and without": async (stage) => {
    await stage.withCalls();
    const amara = await stage.person("Amara Sen");
    await isWatched(amara);
    await amara.signsUp();
    await amara.opens("/try-out");
    await amara.page.locator("[data-part=sound]").click();
    await amara.finds("We hear you.");
    await amara.page.locator("[data-part=way]").click();
    await amara.finds("It works: your voice went through the relay and came back.");
    await amara.page.locator("[data-part=picture]").click();
    await amara.page.locator("video:visible").waitFor();
    await amara.sends("/try-out#write", { text: "<b>Hello</b> ওহে" });
    await amara.finds("<b>Hello</b> ওহে");
    await amara.finds("It works. Your words are stored nowhere.");
    await picture(amara, "try-out-360");
    await amara.opens("/try-out?lang=ur");
    await picture(amara, "try-out-ur-360");
    const wide = await stage.person("Wide Screen", { width: 1280 });
    await wide.opens("/try-out");
    await wide.finds("Sign in to try the way through the relay.");
    await picture(wide, "try-out-1280");
    const plain = await stage.person("Plain Page", { scripts: false });
    await plain.opens("/try-out");
    await plain.finds("Your browser does not run scripts on this page.");
    assert.equal(await plain.page.locator("[data-part=sound]:visible").count(), 0, "no dead buttons");
    await plain.sends("/try-out#write", { text: "Words need no script." });
    await plain.finds("Words need no script.");
    await picture(plain, "try-out-plain-360");
  },
};
