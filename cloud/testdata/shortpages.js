// Runs the triggers of main.js in a Parse whose server cuts every page short, as one
// with the option maxLimit does: node shortpages.js
'use strict';

const assert = require('node:assert/strict');

const MAX_LIMIT = 50;
const rows = { _Role: [], AuditPlan: [], AuditFinding: [], CorrectiveAction: [] };
const triggers = {};
let longest = 0; // of the pages that were asked for

const matches = (want, have) => {
  if (want.$in) return want.$in.some(one => matches(one, have));
  if (want.__type !== 'Pointer') return want === have;
  return [].concat(have).some(one => one?.objectId === want.objectId); // a relation is a list here
};

class Query {
  static fromJSON(className, { where }) {
    return Object.assign(new Query(), { className, where, bound: 100 });
  }

  ascending(column) {
    assert.equal(column, 'objectId');
    this.sorted = true;
    return this;
  }

  greaterThan(column, value) {
    assert.equal(column, 'objectId');
    this.after = value;
    return this;
  }

  limit(most) {
    this.bound = most;
    return this;
  }

  // Without an order the rows come as a database likes to give them.
  async find({ useMasterKey }) {
    assert.ok(useMasterKey);
    let found = rows[this.className].filter(row => Object.keys(this.where).every(key => matches(this.where[key], row[key])));
    if (this.after !== undefined) found = found.filter(row => row.objectId > this.after);
    found = this.sorted ? found.toSorted((a, b) => (a.objectId < b.objectId ? -1 : 1)) : found.toReversed();
    found = found.slice(0, Math.min(this.bound, MAX_LIMIT));
    longest = Math.max(longest, found.length);
    return found.map(row => ({ toJSON: () => row }));
  }

  async first(options) {
    return (await this.limit(1).find(options))[0];
  }
}

global.Parse = {
  Query,
  Error: class extends Error {
    constructor(code, message) {
      super(message);
      this.code = code;
    }
  },
  Schema: class { // the class of the audit trail is not there
    get() {
      return Promise.reject(new global.Parse.Error(103, 'Class AuditTrail does not exist.'));
    }
  },
  Cloud: {
    beforeSave: (className, trigger) => { triggers[className] = trigger; },
    afterSave: () => {},
    beforeDelete: () => {},
    afterDelete: () => {},
    define: () => {},
  },
};
require('../main.js');

const pointer = (className, objectId) => ({ __type: 'Pointer', className, objectId });
const id = (prefix, n) => `${prefix}${String(n).padStart(4, '0')}`;

// save changes a row as a user would.
const save = (className, objectId, set, user) => {
  const original = rows[className].find(row => row.objectId === objectId);
  return triggers[className]({
    object: { className, id: objectId, toJSON: () => ({ ...original, ...set }), getACL: () => ({}) },
    original: { toJSON: () => original },
    user: { id: user },
    log: { warn: () => {} },
  });
};

const CASES = {
  'the last finding of an audit has no action': async () => {
    await assert.rejects(save('AuditPlan', 'plan', { status: 'closed' }, 'cora'), error => {
      assert.equal(error.code, 142);
      assert.match(error.message, /^Rules broken: \[\{"rule":"audit-closes-clean".*not yet: NC-0059"/);
      return true;
    });
  },
  'every finding of the audit has its action': async () => {
    rows.CorrectiveAction.push(action(59, 'closed'));
    await save('AuditPlan', 'plan', { status: 'closed' }, 'cora');
  },
  'the last action of many is open': async () => {
    for (let n = 60; n < 200; n += 1) rows.CorrectiveAction.push({ ...action(n, 'cancelled'), finding: pointer('AuditFinding', id('f', 7)) });
    rows.CorrectiveAction.push({ ...action(200, 'open'), finding: pointer('AuditFinding', id('f', 7)) });
    await assert.rejects(save('AuditPlan', 'plan', { status: 'closed' }, 'cora'), /not yet: NC-0007"/);
  },
  'the role that counts is the last of many': async () => {
    await assert.rejects(save('AuditPlan', 'plan', { leadAuditor: pointer('_User', 'other') }, 'anna'), /plan-lead-fixed/);
    for (let n = 0; n < 120; n += 1) rows._Role.push({ objectId: id('r', n), name: `team${n}`, users: [pointer('_User', 'anna')], roles: [] });
    for (let n = 120; n < 240; n += 1) rows._Role.push({ objectId: id('r', n), name: `site${n}`, users: [], roles: [pointer('_Role', id('r', 119))] });
    rows._Role.push({ objectId: id('r', 240), name: 'coordinator', users: [], roles: [pointer('_Role', id('r', 239))] });
    await save('AuditPlan', 'plan', { leadAuditor: pointer('_User', 'other') }, 'anna');
  },
};

const action = (n, status) => ({ objectId: id('a', n), capaRef: id('CA-', n), finding: pointer('AuditFinding', id('f', n)), status });
rows.AuditPlan.push({ objectId: 'plan', auditRef: 'IA-1', status: 'completed', leadAuditor: pointer('_User', 'anna') });
for (let n = 0; n < 60; n += 1) {
  rows.AuditFinding.push({
    objectId: id('f', n), findingRef: id('NC-', n), findingType: 'nonconformity', auditPlan: pointer('AuditPlan', 'plan'),
  });
  if (n < 59) rows.CorrectiveAction.push(action(n, 'closed'));
}

(async () => {
  for (const [name, test] of Object.entries(CASES)) {
    await test();
    console.log(`ok: ${name}`);
  }
  assert.equal(longest, MAX_LIMIT, 'no page was cut: this shows nothing');
})().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
