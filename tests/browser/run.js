// Runs the browser tests one after another and says how each went, a line a test (`ok - …`, `not ok - …`).
// Usage: node run.js PROGRAM [PART OF A NAME]

import { Stage } from "./stage.js";
import * as calls from "./calls.js";
import * as journey from "./journey.js";
import * as leading from "./leading.js";
import * as line from "./line.js";
import * as live from "./live.js";
import * as pages from "./pages.js";
import * as passkeys from "./passkeys.js";
import * as room from "./room.js";
import * as secrets from "./secrets.js";
import * as session from "./session.js";
import * as text from "./text.js";
import * as uploads from "./uploads.js";

const program = process.argv[2];
const wanted = process.argv[3] ?? "";
if (program === undefined) {
  console.error("usage: node run.js PROGRAM [PART OF A NAME]");
  process.exit(2);
}

const all = [journey, room, live, line, leading, secrets, passkeys, calls, text, uploads, session, pages].flatMap((file) => Object.entries(file.tests));
let failed = 0;
for (const [name, test] of all.filter(([name]) => name.includes(wanted))) {
  const stage = await Stage.opens(program);
  try {
    await test(stage);
    stage.logIsClean();
    console.log(`ok - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}`);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.log(text.replace(/^/gm, "# "));
    console.log(stage.tail().replace(/^/gm, "#   "));
    await stage.takesPictures(name);
  } finally {
    await stage.closes();
  }
}
process.exit(failed === 0 ? 0 : 1);
