// The playground of auditserver -sample: few clicks to an answer, the whole workflow as
// each role, refusals explained, live changes, and code that runs as it stands there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessible, looks, text, visitor } from "./chromium.mjs";

const press = async (page, list, label) => {
  const pressed = await page.evaluate((list, label) => {
    const button = [...document.querySelectorAll(`${list} button`)].find((b) => b.firstChild.textContent === label);
    button?.click();
    return !!button;
  }, list, label);
  assert.ok(pressed, `there is no ${label} in ${list}`);
};

const signIn = async (page, name) => {
  await press(page, "#people", name);
  await page.waitForFunction((name) => document.getElementById("who").textContent.includes(name), { polling: 20 }, name);
};

// call sends a call and gives the status of the answer.
const call = async (page, title) => {
  await press(page, "#calls", title);
  await page.click("#send");
  await page.waitForFunction(() => /^\d+ in/.test(document.getElementById("status").textContent), { polling: 10 });
  return Number((await text(page, "#status")).split(" ")[0]);
};

// Who may do which call, in the order of the workflow.
const expected = {
  "l.brandt": [200, 201, 200, 201, 201, 400, 200, 200, 200, 200, 400, 201, 200, 200], // coordinator
  "a.haddad": [200, 400, 404, 201, 201, 400, 200, 200, 200, 200, 400, 400, 200, 200], // auditor
  "m.okafor": [200, 400, 404, 400, 400, 404, 404, 404, 404, 200, 400, 201, 200, 200], // manager
  "j.silva": [200, 400, 404, 400, 400, 404, 404, 404, 404, 200, 201, 400, 200, 200], // approver
};

export async function playground(chromium, backend, pictures) {
  const base = new URL(backend.url).origin;
  const people = {};
  for (const name of Object.keys(expected)) {
    const somebody = people[name] = await visitor(chromium, base, /status of (400|404)/);
    await somebody.page.goto(base);
    await somebody.page.waitForSelector("#people button");
  }
  const { page } = people["l.brandt"];
  const source = await page.evaluate(async () => JSON.stringify(await (await fetch("/playground.json")).json()) + document.documentElement.outerHTML);
  assert.ok(!source.includes(backend.env.ISOAUDIT_MASTER_KEY), "the master key is in the page");

  // One click signs in and the second sends what is ready.
  await signIn(page, "l.brandt");
  await page.click("#send");
  await page.waitForFunction(() => document.getElementById("answer").textContent.includes("auditRef"), { polling: 10 });

  const titles = await page.$$eval("#calls button", (all) => all.map((b) => b.firstChild.textContent));
  for (const [name, statuses] of Object.entries(expected)) {
    const as = people[name].page;
    if (as !== page) await signIn(as, name);
    const seen = [];
    for (const title of titles) {
      seen.push(await call(as, title));
      if (title.startsWith("Close it at once") && seen.at(-1) === 400) {
        assert.match(await text(as, "#refusal"), /can only become: in_progress, cancelled ISO 9001:2015 10\.2\.1/);
        if (name === "l.brandt") await looks(as, pictures, "playground");
      }
    }
    assert.deepEqual(seen, statuses, `${name}: ${titles}`);
  }

  // The manager's page has what the coordinator changed, and the history of it.
  const mary = people["m.okafor"].page;
  await mary.waitForFunction(() => document.querySelectorAll("#live li").length > 0, { polling: 20 });
  await call(page, "Raise an action");
  const id = JSON.parse(await text(page, "#answer")).objectId;
  await page.click("#history button");
  await page.waitForFunction(() => /l\.brandt create/.test(document.querySelector("#history ol").innerText), { polling: 20 });
  assert.equal(await page.$eval("#record", (e) => e.value), id);

  // The code runs as it stands there.
  await press(page, "#calls", "Plan an audit");
  await press(page, "#languages", "curl");
  const curl = execFileSync("sh", ["-c", await page.$eval("#code", (e) => e.textContent)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  assert.match(curl, /"objectId"/);
  await press(page, "#calls", "Raise an action");
  await press(page, "#languages", "JavaScript");
  const script = await page.$eval("#code", (e) => e.textContent);
  assert.match(execFileSync("node", ["--input-type=module", "-e", script], { encoding: "utf8" }), /^201 .*objectId/s);
  await press(page, "#languages", "Go");
  assert.match(await text(page, "#code"), /client\.CorrectiveActions\.Create\(ctx/);

  await page.$$eval("#dictionary details", (all) => all.forEach((d) => { d.open = true; }));
  await accessible(page);
  await page.$eval("#model", (e) => e.scrollIntoView());
  await page.screenshot({ path: `${pictures}/playground-model.png` });
  for (const [name, { wrong, context }] of Object.entries(people)) {
    assert.deepEqual(wrong, [], name);
    await context.close();
  }
  return `playground: ${titles.length} calls as ${Object.keys(expected).length} people, the first answer after 2 clicks`;
}
