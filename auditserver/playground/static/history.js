// The events of a record in the audit trail, the oldest first.
"use strict";

const done = { create: "created it", update: "changed it", delete: "deleted it", sign: "signed it", redact: "redacted it" };

// shown is a value of a column as people read it.
function shown(value) {
  if (value === undefined || value === null) return "";
  if (value.__type === "Date") return value.iso.replace("T", " ").replace(/:\d\d\.\d{3}Z$/, " UTC");
  if (value.__type === "Pointer") return state.names[value.objectId] ?? `${value.className} ${value.objectId}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function showHistory(event) {
  event.preventDefault();
  const list = document.querySelector("#history ol");
  const where = JSON.stringify({ class: $("class").value, record: $("record").value });
  const { ok, value } = await send("GET", rest("/classes/AuditTrail", { where, order: "at", limit: 100 })).catch(() => ({ value: { error: "The server cannot be reached. Show it again in a moment." } }));
  const events = ok ? value.results : [];
  list.replaceChildren(...events.map(entry));
  if (events.length === 0) list.append(make("li", {}, ok ? "Nothing: managers and coordinators read the history of a record that exists." : value.error));
}

function entry(e) {
  const changes = Object.entries(JSON.parse(e.values || "{}")).filter(([name]) => name !== "ACL");
  const reason = JSON.parse(e.entry || "{}").reason;
  const rows = changes.map(([name, v]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, shown(v?.before)), make("td", {}, shown(v?.after))));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...["Column", "Before", "After"].map((h) => make("th", { scope: "col" }, h)))), make("tbody", {}, ...rows));
  return make("li", {}, make("time", { datetime: e.at.iso }, new Date(e.at.iso).toLocaleString()), " ",
    make("strong", {}, state.names[e.actor?.objectId] ?? "administrator"), ` ${done[e.op] ?? e.op}`, ...(reason ? [": ", make("q", {}, reason)] : []), ...(rows.length ? [table] : []));
}
