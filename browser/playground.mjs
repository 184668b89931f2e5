// The playground of auditserver -sample: few clicks to an answer, the whole workflow as
// each role, refusals explained, live changes, and code that runs as it stands there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { looks, text, visitor } from "./chromium.mjs";

const press = async (page, list, label) => {
  const pressed = await page.evaluate((list, label) => {
    const button = [...document.querySelectorAll(`${list} button`)].find((b) => b.firstChild.textContent === label);
    button?.click();
    return !!button;
  }, list, label);
  assert.ok(pressed, `there is no ${label} in ${list}`);
};

const signedIn = (page, name) => page.waitForFunction((name) => document.getElementById("who").textContent.startsWith(`Signed in as ${name}`), { polling: 20 }, name);

export const signIn = async (page, name) => {
  await press(page, "#people", name);
  await signedIn(page, name);
};

// call sends a call and gives the status of the answer.
export const call = async (page, title) => {
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

// The same in the classes of the second contract, which have no reviews.
const expectedOfPrompt = {
  "l.brandt": [200, 201, 200, 201, 201, 400, 200, 200, 200, 200, 400, 200, 200],
  "a.haddad": [200, 400, 404, 400, 201, 400, 200, 200, 200, 200, 400, 200, 200],
  "m.okafor": [200, 400, 404, 400, 400, 404, 404, 404, 404, 200, 400, 200, 200],
  "j.silva": [200, 400, 404, 400, 400, 404, 404, 404, 404, 200, 201, 200, 200],
};

// open gives everybody a browser with the page.
async function open(chromium, backend, names) {
  const people = {};
  for (const name of names) {
    const somebody = people[name] = await visitor(chromium, new URL(backend.url).origin, /status of (400|404)/);
    await somebody.page.goto(somebody.base);
    await somebody.page.waitForSelector("#people button");
  }
  return people;
}

// workflow goes through all calls as one person.
async function workflow(page, name, statuses) {
  await signIn(page, name);
  const titles = await page.$$eval("#calls button", (all) => all.map((b) => b.firstChild.textContent));
  const seen = [];
  for (const title of titles) {
    seen.push(await call(page, title));
    if (title.startsWith("Close it at once") && seen.at(-1) === 400) {
      assert.match(await text(page, "#refusal"), /can only become: in_progress, cancelled ISO 9001:2015 10\.2\.1/);
    }
  }
  assert.deepEqual(seen, statuses, `${name}: ${titles}`);
}

async function leave(people) {
  for (const [name, { wrong, context }] of Object.entries(people)) {
    assert.deepEqual(wrong, [], name);
    await context.close();
  }
}

export async function playground(chromium, backend, pictures) {
  const people = await open(chromium, backend, Object.keys(expected));
  const { page } = people["l.brandt"];
  const source = await page.evaluate(async () => JSON.stringify(await (await fetch("/playground.json")).json()) + document.documentElement.outerHTML);
  assert.ok(!source.includes(backend.env.ISOAUDIT_MASTER_KEY), "the master key is in the page");

  // One click signs in and the second sends what is ready.
  await signIn(page, "l.brandt");
  await page.click("#send");
  await page.waitForFunction(() => document.getElementById("answer").textContent.includes("auditRef"), { polling: 10 });

  for (const [name, statuses] of Object.entries(expected)) await workflow(people[name].page, name, statuses);

  // The manager's page has what the coordinator changed, and the history of it.
  await call(page, "Raise an action");
  const id = JSON.parse(await text(page, "#answer")).objectId;
  const ref = JSON.parse(await page.$eval("#body", (e) => e.value)).capaRef;
  await people["m.okafor"].page.waitForFunction((ref) => document.querySelector("#live ol").innerText.includes(`${ref} created`), { polling: 20 }, ref);
  await call(page, "Close it at once: refused");
  await call(page, "Work on it");
  await page.click("#history button");
  await page.waitForFunction(() => /l\.brandt created it[\s\S]*l\.brandt changed it[\s\S]*status\s+open\s+in_progress/.test(document.querySelector("#history ol").innerText), { polling: 20 });
  assert.equal(await page.$eval("#record", (e) => e.value), id);
  await call(page, "Close it at once: refused");

  // On a phone, who may do it is said and the editor comes into view.
  await page.setViewport({ width: 390, height: 844 });
  await page.evaluate(() => scrollTo(0, 0));
  await press(page, "#calls", "Review an audit");
  assert.equal(await text(page, "#allowed"), "Allowed: manager, coordinator.");
  assert.ok(await page.$eval("#send", (e) => e.getBoundingClientRect().bottom <= innerHeight), "Send is out of view");
  await page.setViewport({ width: 1280, height: 800 });

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

  await outOfOrder(people["j.silva"].page);
  await call(page, "Close it at once: refused");
  await page.evaluate(() => scrollTo(0, 0));
  await looks(page, pictures, "playground");
  await lower(page, pictures, "playground");
  await leave(people);
  return `${Object.values(expected)[0].length} calls as ${Object.keys(expected).length} people, the first answer after 2 clicks`;
}

// outOfOrder holds answers back: who was chosen last is signed in, nothing is sent as
// nobody meanwhile, and the answer of one call never stands below another.
async function outOfOrder(page) {
  let catching;
  const caught = (pick) => new Promise((found) => { catching = { pick, found }; });
  const look = (request) => {
    if (!catching?.pick(request)) return request.continue();
    catching.found(request);
    catching = undefined;
  };
  await page.setRequestInterception(true);
  page.on("request", look);

  const login = caught((request) => request.url().endsWith("/login"));
  await press(page, "#people", "j.silva");
  assert.ok(await page.$eval("#send", (e) => e.disabled), "a call can be sent while somebody is being signed in");
  const first = await login;
  await press(page, "#people", "l.brandt");
  await signedIn(page, "l.brandt");
  const late = page.waitForResponse((response) => response.request() === first);
  await first.continue();
  await late;
  assert.equal(await call(page, "Plan an audit"), 201);
  assert.match(await text(page, "#who"), /l\.brandt/);

  const before = await page.evaluate(() => state.ids.plan);
  const plan = caught((request) => request.method() === "POST");
  await press(page, "#calls", "Plan an audit");
  await page.click("#send");
  const slow = await plan;
  assert.equal(await call(page, "Audit queue"), 200);
  const answer = await text(page, "#answer");
  await slow.continue();
  await page.waitForFunction((before) => state.ids.plan !== before, { polling: 20 }, before);
  assert.equal(await text(page, "#answer"), answer);

  page.off("request", look);
  await page.setRequestInterception(false);
}

// lower looks at what is below the calls: the history of a record and the data model.
async function lower(page, pictures, name) {
  await page.$$eval("#dictionary details", (all) => { all[1].open = true; });
  for (const id of ["history", "model"]) {
    await page.$eval(`#${id}`, (e) => e.scrollIntoView());
    await looks(page, pictures, `${name}-${id}`);
  }
}

// playgroundOfPrompt is the page of the second contract.
export async function playgroundOfPrompt(chromium, backend, pictures) {
  const people = await open(chromium, backend, Object.keys(expectedOfPrompt));
  for (const [name, statuses] of Object.entries(expectedOfPrompt)) await workflow(people[name].page, name, statuses);
  const { page } = people["l.brandt"];
  await page.$$eval("#dictionary details", (all) => { all[1].open = true; });
  assert.match(await text(page, "#dictionary"), /unique number of the audit/);
  await looks(page, pictures, "playground-prompt");
  await page.$eval("#model", (e) => e.scrollIntoView());
  await page.screenshot({ path: `${pictures}/playground-prompt-model.png` });
  await leave(people);
  return `${Object.values(expectedOfPrompt)[0].length} calls of the second contract as ${Object.keys(expectedOfPrompt).length} people`;
}
