// Runs the test vectors of package policy against the checks and rules of this folder,
// or of another one: node vectors.js FILE [FOLDER]
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const folder = process.argv[3] ? path.resolve(process.argv[3]) : __dirname;
const { check, message } = require(path.join(folder, 'checks.js'));
const table = require(path.join(folder, 'rules.json'));
const { compareRevisions } = require(path.join(folder, 'texts.js'));

const file = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

const matches = (want, have) => {
  if (want && want.$in) return want.$in.some(one => matches(one, have));
  if (want && want.__type === 'Pointer') {
    return Boolean(have) && have.className === want.className && have.objectId === want.objectId;
  }
  return want === have;
};

const look = {
  get: async (name, id) => (file.rows[name] || []).find(row => row.objectId === id),
  find: async (name, where) => (file.rows[name] || [])
    .filter(row => Object.keys(where).every(key => matches(where[key], row[key]))),
  hasRole: async (user, role) => (file.users[user] || []).includes(role),
};

const short = list => list.map(violation => `${violation.rule} ${violation.field}`);

async function run(vector) {
  const original = vector.id && (await look.get(vector.class, vector.id));
  if (vector.id) assert.ok(original, `no row ${vector.id}`);
  const object = { ...original, ...vector.set };
  for (const key of Object.keys(object)) if (object[key] === null) delete object[key];
  const enforced = rule => ((vector.enforce || []).includes(rule.id) ? { ...rule, severity: 'enforce' } : rule);
  const verdict = await check({
    class: vector.class, objectId: vector.id, original, object, user: vector.user,
    master: vector.master, now: Date.parse(vector.now || file.now), reason: vector.reason,
  }, look, { ...table, rules: table.rules.map(enforced) });
  assert.deepEqual(short(verdict.violations), vector.violations);
  assert.deepEqual(short(verdict.warnings), vector.warnings || []);
  assert.deepEqual(verdict.effects.map(({ rule, ...effect }) => effect), vector.effects || []);
  if (vector.messages) assert.deepEqual(verdict.violations.map(violation => violation.message), vector.messages);
  if (vector.wire) assert.equal(message(verdict.violations), vector.wire);
  for (const violation of verdict.violations) assert.equal(violation.objectId, vector.id);
}

// Every revision against every other one, by the places of their lists.
function order(lists) {
  const all = lists.flatMap((list, place) => list.map(revision => ({ revision, place })));
  for (const a of all) {
    for (const b of all) {
      const told = Math.sign(compareRevisions(a.revision, b.revision));
      assert.equal(told, Math.sign(a.place - b.place), `${a.revision} and ${b.revision}`);
    }
  }
  return all.length;
}

(async () => {
  console.log(`${order(file.revisions)} revisions are in order`);
  let failed = 0;
  for (const vector of file.vectors) {
    try {
      await run(vector);
    } catch (error) {
      failed += 1;
      console.error(`FAIL ${vector.class}: ${vector.name}\n${error.message}`);
    }
  }
  console.log(`${file.vectors.length - failed} of ${file.vectors.length} vectors pass`);
  process.exitCode = failed > 0 || file.vectors.length === 0 ? 1 : 0;
})();
