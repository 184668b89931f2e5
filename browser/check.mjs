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
import { dashboard, lostServer } from "./dashboard.mjs";
import { playground } from "./playground.mjs";
import { build, start } from "./programs.mjs";
import { reports } from "./reports.mjs";

const work = mkdtempSync(join(tmpdir(), "browser-"));
const pictures = process.argv[2] ? resolve(process.argv[2]) : work;
mkdirSync(pictures, { recursive: true });

// backend is an auditserver with the sample, which can be stopped and started again.
function auditserver() {
  const master = randomBytes(16).toString("hex");
  const env = { ISOAUDIT_APP_ID: "isoaudit", ISOAUDIT_MASTER_KEY: master };
  let running;
  const backend = {
    env, headers: { "X-Parse-Application-Id": "isoaudit", "X-Parse-Master-Key": master },
    async start() {
      const address = backend.url ? new URL(backend.url).host : "127.0.0.1:0";
      running = await start(work, "auditserver", ["-sample", "-addr", address, "-db", join(work, "audits.db")], /^server URL\s+(\S+)/, env);
      backend.url = running.said;
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
  };
  return backend;
}

const parts = process.argv.length > 3 ? process.argv.slice(3) : ["playground", "dashboard", "lost", "reports"];
const began = Date.now();
const backend = auditserver();
let chromium;
try {
  build(work);
  chromium = await launch();
  await backend.start();
  if (parts.includes("playground")) console.log(await playground(chromium, backend, pictures));
  if (parts.includes("dashboard")) console.log(await dashboard(chromium, work, pictures));
  if (parts.includes("lost")) console.log(await lostServer(chromium, work, pictures, backend));
  if (parts.includes("reports")) console.log(await reports(chromium, work, pictures, backend));
  console.log(`in ${Math.round((Date.now() - began) / 1000)} s`);
} finally {
  await chromium?.close();
  await backend.stop();
  rmSync(work, { recursive: true, force: true });
}
