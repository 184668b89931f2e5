// The reports of `isoaudit report`, on the screen and on paper.
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { accessible, visitor } from "./chromium.mjs";
import { run } from "./programs.mjs";

export async function reports(chromium, programs, pictures, backend) {
  const first = async (className, where) => {
    const query = new URLSearchParams({ where: JSON.stringify(where), limit: "1" });
    const answer = await fetch(`${backend.url}/classes/${className}?${query}`, { headers: backend.headers });
    return (await answer.json()).results[0];
  };
  const audit = await first("AuditPlan", { status: "closed" });
  const finding = await first("AuditFinding", { auditPlan: { __type: "Pointer", className: "AuditPlan", objectId: audit.objectId }, findingType: "nonconformity" });
  const year = ["-from", daysFromNow(-364), "-to", daysFromNow(0), "-zone", "Europe/Berlin"];
  const made = { audit: ["-ref", audit.auditRef], finding: ["-ref", finding.findingRef], actions: year, review: year };
  const sizes = [];
  for (const [name, args] of Object.entries(made)) {
    const file = join(pictures, `report-${name}.html`);
    run(programs, "isoaudit", ["report", name, "-url", backend.url, "-organization", "Pumps Example", ...args, "-out", file], backend.env);
    const { page, wrong, context } = await visitor(chromium);
    page.on("request", (request) => { if (!request.url().startsWith("file:")) wrong.push(request.url()); });
    await page.goto(pathToFileURL(file));
    await accessible(page);
    await page.screenshot({ path: join(pictures, `report-${name}.png`), fullPage: false });
    const pdf = await page.pdf({ preferCSSPageSize: true, tagged: true });
    writeFileSync(join(pictures, `report-${name}.pdf`), pdf);
    assert.deepEqual(wrong, []);
    for (const size of [statSync(file).size, pdf.length]) assert.ok(size < 1 << 20, `${name}: ${size} bytes`);
    sizes.push(`${name} ${Math.ceil(statSync(file).size / 1024)} KiB, ${Math.ceil(pdf.length / 1024)} as PDF`);
    await context.close();
  }
  return `${sizes.join("; ")}`;
}

const daysFromNow = (days) => new Date(Date.now() + days * 86400e3).toISOString().slice(0, 10);
