// The audit server stops below open pages of dashboard and playground, and comes back.
import assert from "node:assert/strict";
import { join } from "node:path";
import { accessible, follow, text, visitor } from "./chromium.mjs";
import { call, signIn } from "./playground.mjs";
import { start } from "./programs.mjs";

export async function lostServer(chromium, programs, pictures, backend) {
  const served = await start(programs, "dashboard", ["-listen", "127.0.0.1:0", "-url", backend.url, "-app-id", "isoaudit"], /^open (\S+)/);
  try {
    const queue = await visitor(chromium, served.said);
    await queue.page.goto(served.said);
    await queue.page.type("#user", "l.brandt");
    await queue.page.type("#password", "sample-Pa55word");
    await follow(queue.page, "form.fill button");
    await queue.page.waitForSelector("#audits a");
    const calls = await visitor(chromium, new URL(backend.url).origin);
    await calls.page.goto(calls.base);
    await calls.page.waitForSelector("#people button");
    await signIn(calls.page, "l.brandt");
    await calls.page.waitForFunction(() => document.querySelector("#live .note").textContent.startsWith("What anybody"));

    await backend.stop();
    for (const [name, { page }] of Object.entries({ lost: queue, "lost-playground": calls })) {
      await page.bringToFront();
      await page.waitForSelector("#connection:not([hidden])");
      await accessible(page);
      await page.screenshot({ path: join(pictures, `${name}.png`) });
    }
    await calls.page.click("#send");
    await calls.page.waitForFunction(() => document.getElementById("status").textContent.startsWith("No answer"));
    const reading = await queue.context.newPage();
    await reading.goto(`${served.said}/actions`);
    assert.match(await text(reading), /tries again by itself/);

    await backend.start();
    // A tab behind another one draws nothing: ask by the clock.
    const back = { polling: 100, timeout: 60_000 };
    for (const { page } of [queue, calls]) await page.waitForFunction(() => document.getElementById("connection").hidden, back);
    await reading.waitForSelector("#board", { timeout: 60_000 });
    await calls.page.bringToFront();
    assert.equal(await call(calls.page, "Plan an audit"), 201); // the session is still there, and so is the feed
    await calls.page.waitForFunction(() => /created/.test(document.querySelector("#live ol").innerText), back);
    assert.deepEqual([...queue.wrong, ...calls.wrong], []);
    return "a lost audit server was said, and dashboard and playground came back by themselves";
  } finally {
    await served.stop();
  }
}
