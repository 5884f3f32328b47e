// Voice and video between real browsers with devices that are none, through a real relay: they hear each other through
// it alone, whoever begins and however many at once; and whoever goes elsewhere is not heard any more.

import assert from "node:assert/strict";
import fs from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";

import { inTheRoom, says } from "./scenes.js";

/** @typedef {import("./cast.js").Person} Person */

const STARTS = 20;
const STARTS_OF_THREE = 10;

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
  for (let tries = 0; tries < 250; tries += 1) {
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

/** @param {Person} person They hear nobody, and nobody hears them. */
async function hearsNobody(person) {
  for (let tries = 0; tries < 100 && (await lines(person)).length > 0; tries += 1) await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(await lines(person), [], `${person.name} is in no call any more`);
}

const button = (/** @type {Person} */ person, /** @type {string} */ name) => person.page.getByRole("button", { name, exact: true });

/** @param {Person} person */
const talks = (person) => button(person, "Talk").click();

/** @param {Person} person */
async function leaves(person) {
  await button(person, "Leave the call").click();
  await button(person, "Talk").waitFor();
}

/** Where it is, once the page has stopped to scroll. @param {import("playwright-core").Locator} what */
async function rests(what) {
  let last = "";
  for (let tries = 0; tries < 100; tries += 1) {
    const now = JSON.stringify(await what.boundingBox());
    if (now === last) return now;
    last = now;
    await new Promise((done) => setTimeout(done, 150));
  }
  throw new Error(`it never rests: ${last}`);
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

  "what is pressed in a call stays under the finger while others come and go": async (stage) => {
    const { amara, noor } = await inSession(stage);
    for (const viewport of [{ width: 360, height: 640 }, { width: 1280, height: 800 }]) {
      await amara.page.setViewportSize(viewport);
      await Promise.all([talks(amara), talks(noor)]);
      await hears(amara, 1);
      await amara.finds("You are connected.");
      const before = await rests(button(amara, "Leave the call"));
      await leaves(noor);
      await amara.finds(/The call begins when the mediator joins/);
      assert.equal(await rests(button(amara, "Leave the call")), before, `somebody left, at ${viewport.width} px`);
      await talks(noor);
      await hears(amara, 1);
      await amara.finds("You are connected.");
      assert.equal(await rests(button(amara, "Leave the call")), before, `somebody came, at ${viewport.width} px`);
      await Promise.all([leaves(amara), leaves(noor)]);
    }
  },

  "three who join in any order hear each other, ten times of ten": async (stage) => {
    const { amara, bela, noor, id } = await inSession(stage);
    const people = [amara, bela, noor];
    for (let start = 0; start < STARTS_OF_THREE; start += 1) {
      // A little apart, in every order: who joins while two others are still finding each other must not be lost.
      const late = (/** @type {number} */ at) => new Promise((done) => setTimeout(done, ((at + start) % 3) * (start % 5) * 60));
      await Promise.all(people.map((person, at) => late(at).then(() => talks(person))));
      await Promise.all(people.map((person) => hears(person, 2)));
      // On a page that is new, too: there everything takes longer.
      await Promise.all(people.map((person) => (start % 2 === 0 ? leaves(person) : person.opens(`/rooms/${id}?channel=joint`))));
      await bela.page.locator("[data-part=callers]:text-is('')").waitFor({ state: "attached" });
      await Promise.all(people.map((person) => button(person, "Talk").waitFor()));
    }
  },

  "no microphone stays on after its call, its session or its room": async (stage) => {
    const { amara, noor } = await inSession(stage);
    for (const person of [amara, noor]) {
      await person.page.addInitScript(() => {
        const { mediaDevices } = navigator;
        const ask = mediaDevices.getUserMedia.bind(mediaDevices);
        const given = /** @type {MediaStreamTrack[]} */ ([]);
        Object.assign(globalThis, { given, answers: () => undefined });
        mediaDevices.getUserMedia = async (wish) => {
          await new Promise((done) => Object.assign(globalThis, { answers: done }));
          const stream = await ask(wish);
          given.push(...stream.getTracks());
          return stream;
        };
      });
      await person.page.reload();
      await button(person, "Talk").waitFor();
    }
    const isAsked = (/** @type {Person} */ person) => button(person, "Microphone off").waitFor();
    const answers = (/** @type {Person} */ person) => person.page.evaluate(() => Reflect.get(globalThis, "answers")());
    /** @param {Person} person @returns {Promise<string[]>} */
    const given = (person) =>
      person.page.evaluate(() => Reflect.get(globalThis, "given").map((/** @type {MediaStreamTrack} */ one) => `${one.readyState} ${one.enabled}`));
    /** @param {Person} person @param {string[]} expected */
    const has = async (person, expected) => {
      for (let tries = 0; tries < 100 && String(await given(person)) !== String(expected); tries += 1) {
        await new Promise((done) => setTimeout(done, 50));
      }
      assert.deepEqual(await given(person), expected);
    };
    // Left before the browser has its answer.
    await talks(amara);
    await isAsked(amara);
    await button(amara, "Leave the call").click();
    await answers(amara);
    await has(amara, ["ended true"]);

    // Muted before there is anything to mute.
    await talks(amara);
    await isAsked(amara);
    await button(amara, "Microphone off").click();
    await answers(amara);
    await has(amara, ["ended true", "live false"]);
    await button(amara, "Microphone on").click();
    await has(amara, ["ended true", "live true"]);

    // Signed out in another tab: this one is silent at once.
    await talks(noor);
    await isAsked(noor);
    await answers(noor);
    await Promise.all([hears(amara, 1), hears(noor, 1)]);
    const other = Object.assign(Object.create(amara), { page: await amara.context.newPage() });
    await other.opens("/disputes");
    await other.sends("/sign-out");
    await has(amara, ["ended true", "ended true"]);
    await hearsNobody(amara);
  },

  "what was lost on its way is told again, and who sends what is not passed on reads so": async (stage) => {
    await stage.withCalls();
    const { amara, noor, id } = await inTheRoom(stage);
    await noor.sends("/session", {}, "[value=open]");
    for (const person of [amara, noor]) {
      await isWatched(person);
      // The first offer never leaves the browser, and something strange does.
      await person.page.addInitScript(() => {
        const send = WebSocket.prototype.send;
        let isLost = false;
        WebSocket.prototype.send = function (text) {
          const isOffer = String(text).includes('"kind":"offer"');
          if (!isOffer || isLost) return send.call(this, text);
          isLost = true;
          send.call(this, String(text).replace("v=0", "v=1"));
        };
      });
      await person.opens(`/rooms/${id}?channel=joint`);
    }
    await talks(noor);
    await noor.finds("You are the first.");
    await talks(amara);
    await noor.page.getByRole("log").getByText("Your device sent something that we do not pass on.").waitFor({ state: "attached" });
    await Promise.all([hears(amara, 1), hears(noor, 1)]);
    await amara.finds("You are connected.");
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
    await hearsNobody(bela);
    await amara.opens(`/rooms/${id}?channel=caucus-claimant`);
    await bela.finds(/In the call: Bela Roy$/m);
    const before = await bela.reads();
    await Promise.all([talks(noor), talks(amara)]);
    await Promise.all([hears(noor, 1), hears(amara, 1)]);
    await amara.finds(/In the call: (Amara Sen, Noor Haq|Noor Haq, Amara Sen)/);
    assert.equal(await bela.reads(), before, "the other side learns nothing of it");
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
