// Runs the test vectors of package trail/event against event.js: node eventvectors.js FILE
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { canonical, columnHash, diff, build } = require('./event.js');

const file = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

const parts = {
  canonical: vector => assert.equal(canonical(JSON.parse(vector.in)), vector.out),
  hashes: vector => assert.equal(columnHash(vector.column, vector.salt, vector.before, vector.after), vector.hash),
  events: vector => {
    const row = raw => (raw === undefined ? undefined : JSON.parse(raw));
    const random = Buffer.from(vector.random, 'hex');
    let drawn = 0;
    const changes = [...diff(vector.write.class, row(vector.before), row(vector.after)), ...(vector.changes || [])];
    const made = build({ ...vector.write, at: Date.parse(vector.write.at), changes }, count => {
      drawn += count;
      assert.ok(drawn <= random.length, 'more is drawn than the vector has');
      return random.subarray(drawn - count, drawn);
    });
    assert.equal(made.row.entry, vector.entry);
    assert.equal(made.row.values, vector.values);
    assert.equal(made.hash, vector.hash);
    assert.deepEqual(made.row.columns, vector.columns);
  },
};

let [passed, failed] = [0, 0];
for (const [part, check] of Object.entries(parts)) {
  for (const vector of file[part]) {
    try {
      check(vector);
      passed += 1;
    } catch (error) {
      failed += 1;
      console.error(`FAIL ${part}: ${vector.name}\n${error.message}`);
    }
  }
}
console.log(`${passed} of ${passed + failed} vectors of events pass`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
