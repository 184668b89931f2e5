// Everything people look at, in a real browser: node browser/check.mjs [FOLDER [PART...]]
//
// Needs Chromium and Go. Pictures of all pages go to the folder, or to one that is
// thrown away. Any console error, request to elsewhere or serious fault that axe finds
// fails it.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { launch } from "./chromium.mjs";
import { dashboard } from "./dashboard.mjs";
import { lostServer } from "./lost.mjs";
import { playground, playgroundOfPrompt } from "./playground.mjs";
import { build, start } from "./programs.mjs";
import { reports } from "./reports.mjs";

const work = mkdtempSync(join(tmpdir(), "browser-"));
const pictures = process.argv[2] ? resolve(process.argv[2]) : work;
mkdirSync(pictures, { recursive: true });

// auditserver is one with the sample, which can be stopped and started again.
function auditserver(...flags) {
  const master = randomBytes(16).toString("hex");
  const env = { ISOAUDIT_APP_ID: "isoaudit", ISOAUDIT_MASTER_KEY: master };
  let running;
  const backend = {
    env, headers: { "X-Parse-Application-Id": "isoaudit", "X-Parse-Master-Key": master },
    async start() {
      const address = backend.url ? new URL(backend.url).host : "127.0.0.1:0";
      running = await start(work, "auditserver", ["-sample", "-addr", address, ...flags], /^server URL\s+(\S+)/, env);
      backend.url = running.said;
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
  };
  return backend;
}

const began = Date.now();
const backend = auditserver("-db", join(work, "audits.db")), promptBackend = auditserver("-contract", "prompt");
let chromium;
const parts = {
  playground: () => playground(chromium, backend, pictures),
  prompt: async () => {
    await promptBackend.start();
    return playgroundOfPrompt(chromium, promptBackend, pictures);
  },
  dashboard: () => dashboard(chromium, work, pictures),
  lost: () => lostServer(chromium, work, pictures, backend),
  reports: () => reports(chromium, work, pictures, backend),
};
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
try {
  build(work);
  chromium = await launch();
  await backend.start();
  console.log(`built and started in ${seconds(began)}`);
  for (const name of process.argv.length > 3 ? process.argv.slice(3) : Object.keys(parts)) {
    const since = Date.now();
    console.log(`${name}: ${await parts[name]()} (${seconds(since)})`);
  }
  console.log(`together ${seconds(began)}`);
} finally {
  await chromium?.close();
  await Promise.all([backend.stop(), promptBackend.stop()]);
  rmSync(work, { recursive: true, force: true });
}
