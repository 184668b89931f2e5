// Chromium, over the DevTools protocol, with what is asked of every page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const launch = () => puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--force-color-profile=srgb"], // a container has no user to change to
});

// visitor is somebody with a browser of their own. Every error on the console and
// every request that leaves the site is kept in wrong.
export async function visitor(chromium, base, refused = /status of 422/) {
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // Whoever is refused on purpose gets that status, and a lost server is lost.
    const expected = refused.test(message.text()) || /status of 503|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(message.text());
    if (["error", "warn"].includes(message.type()) && !expected) wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (base && url.protocol !== "data:" && url.origin !== base) wrong.push(`request to elsewhere: ${request.url()}`);
  });
  await page.setViewport({ width: 1280, height: 800 });
  page.setDefaultTimeout(10_000);
  return { page, wrong, base, context };
}

// accessible fails on what axe finds to be serious or critical.
export async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`), [], page.url());
}

// looks checks the page at three widths in light colours and at one in dark ones, and
// takes a picture of each in the folder. What axe looks for does not hang on the width.
export async function looks(page, folder, name) {
  const sizes = [[1280, 800, "light"], [820, 1180, "light"], [390, 844, "light"], [1280, 800, "dark"]];
  for (const [width, height, scheme] of sizes) {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    if (width === 1280) await accessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${page.url()} is ${wide} pixels too wide for a screen of ${width}`);
    await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`) });
  }
  await page.setViewport({ width: 1280, height: 800 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
}

// follow presses what leads to another page and waits for that page.
export async function follow(page, selector) {
  const button = await page.waitForSelector(selector);
  await Promise.all([page.waitForNavigation(), button.click()]);
}

export const text = (page, selector = "main") => page.$eval(selector, (e) => e.innerText);
