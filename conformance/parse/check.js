// The Parse JavaScript SDK, unchanged, against the server in ISOAUDIT_PARSE_URL: a real
// Parse Server, or auditserver. Ends with "N passed, N failed", and with status 1 if any failed.
import Parse from 'parse/node';
import { setUp } from './checks/setup.js';
import users from './checks/users.js';
import objects from './checks/objects.js';
import operations from './checks/operations.js';
import comparisons from './checks/comparisons.js';
import subqueries from './checks/subqueries.js';
import geography from './checks/geography.js';
import results from './checks/results.js';
import permissions from './checks/permissions.js';
import batches from './checks/batches.js';
import relations from './checks/relations.js';
import files from './checks/files.js';
import schema from './checks/schema.js';
import functions from './checks/functions.js';
import config from './checks/config.js';
import live from './checks/live.js';

const env = name => process.env[name] ?? (console.error(`${name} is not set`), process.exit(2));

Parse.initialize(env('ISOAUDIT_PARSE_APP_ID'), env('ISOAUDIT_PARSE_JS_KEY'), env('ISOAUDIT_PARSE_MASTER_KEY'));
Parse.serverURL = env('ISOAUDIT_PARSE_URL');
Parse.liveQueryServerURL = Parse.serverURL.replace(/^http/, 'ws');
Parse.CoreManager.set('REQUEST_ATTEMPT_LIMIT', 1); // a failure is to be seen, not retried

const groups = { users, objects, operations, comparisons, subqueries, geography, results, permissions, batches, relations, files, schema, functions, config, live };
// Arguments: groups to run, or with "-" in front groups to leave out. None: all of them.
const wanted = process.argv.slice(2).filter(arg => !arg.startsWith('-'));
const unwanted = process.argv.slice(2).filter(arg => arg.startsWith('-')).map(arg => arg.slice(1));
const unknown = [...wanted, ...unwanted].filter(name => !(name in groups));
if (unknown.length) { console.error(`no such group: ${unknown}`); process.exit(2); }

const checks = [];
const world = await setUp(Parse);
for (const [group, register] of Object.entries(groups)) {
  if ((wanted.length && !wanted.includes(group)) || unwanted.includes(group)) continue;
  register((name, run) => checks.push({ name: `${group}: ${name}`, run }), world);
}

const timeout = ms => new Promise((_, reject) => setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms).unref());

let failed = 0;
for (const { name, run } of checks) {
  try {
    await Promise.race([run(), timeout(20_000)]);
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    const code = error?.code === undefined ? '' : `[${error.code}] `;
    console.log(`FAIL ${name}\n     ${code}${String(error?.message ?? error).split('\n').slice(0, 12).join('\n     ')}`);
  }
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
