// The format of the audit trail's events, as package trail/event has it in Go: both
// pass the same test vectors. Plain JavaScript without packages; nothing here knows
// a Parse Server.
'use strict';

const crypto = require('node:crypto');

const VERSION = 1;
const RANDOM_BYTES = 16; // of an id, and of a salt
const REASON_NAME = '$reason'; // where the names of columns stand: of a reason, which comes before them
const USER_CLASS = '_User';
const SECRETS = ['password', 'authData', 'sessionToken']; // of _User
const EVERY_ROW = ['objectId', 'createdAt', 'updatedAt', 'className'];
const HALF_PAIR = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const ISO = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

// canonical writes a value of Parse JSON in the one spelling that is hashed:
// canonical JSON (RFC 8785), dates in UTC with milliseconds, files without their URL,
// included objects as pointers, and U+FFFD for half a pair of surrogates. It throws
// for a number that is none.
function canonical(value) {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'string': return text(value);
    case 'boolean': return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number has no canonical form');
      return JSON.stringify(value);
    case 'object': return Array.isArray(value) ? `[${value.map(canonical).join(',')}]` : members(parseValue(value));
    default: throw new TypeError(`a ${typeof value} has no canonical form`);
  }
}

function members(object) {
  const readable = {};
  for (const name of Object.keys(object)) {
    if (object[name] !== undefined) readable[`$${name.replace(HALF_PAIR, '\uFFFD')}`] = object[name];
  }
  const names = Object.keys(readable).sort();
  return `{${names.map(name => `${JSON.stringify(name.slice(1))}:${canonical(readable[name])}`).join(',')}}`;
}

function text(value) {
  return JSON.stringify(value.replace(HALF_PAIR, '\uFFFD'));
}

// parseValue gives Parse's own types their one spelling.
function parseValue(value) {
  switch (value.__type) {
    case 'Date': {
      const time = timeOf(value.iso);
      return Number.isNaN(time.getTime()) ? value : { __type: 'Date', iso: time.toISOString() };
    }
    case 'File': return { __type: 'File', name: present(value.name) ? value.name : null };
    case 'Object': return {
      __type: 'Pointer',
      className: present(value.className) ? value.className : null,
      objectId: present(value.objectId) ? value.objectId : null,
    };
    default: return value;
  }
}

// timeOf reads an ISO 8601 date; a February 30, of which JavaScript makes a March 2,
// is none.
function timeOf(iso) {
  const [, day] = (typeof iso === 'string' && ISO.exec(iso)) || [];
  const midnight = new Date(day ? `${day}T00:00:00Z` : NaN);
  const real = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
  return real ? new Date(iso) : new Date(NaN);
}

function present(value) {
  return value !== undefined && value !== null;
}

// hashOf is SHA-256, in hex.
function hashOf(string) {
  return crypto.createHash('sha256').update(string, 'utf8').digest('hex');
}

// columnHash is what an entry holds of a column; before and after are canonical
// JSON, "null" for no value.
function columnHash(column, salt, before, after) {
  return hashOf(`{"after":${after},"before":${before},"column":${text(column)},"salt":${text(salt)}}`);
}

// diff lists what changes between two states of a row: [{column, before, after,
// secret}], by column, values as canonical JSON. Rows are Parse JSON; undefined is no
// row, so that diff gives all columns of a new and of a deleted one.
function diff(className, before, after) {
  const [old, now] = [columnsOf(before), columnsOf(after)];
  const changes = [];
  for (const column of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
    const change = { column, before: canonical(old[column]), after: canonical(now[column]) };
    if (change.before === change.after) continue;
    changes.push(className === USER_CLASS && SECRETS.includes(column) ? { column, secret: true } : change);
  }
  return changes;
}

// columnsOf leaves out what every row has, the server's own names, which begin with
// _, and the markers of relations.
function columnsOf(row) {
  const columns = Object.create(null);
  for (const name of Object.keys(row || {})) {
    const value = row[name];
    if (name === '' || name.startsWith('_') || EVERY_ROW.includes(name)) continue;
    if (present(value) && value.__type !== 'Relation') columns[name] = value;
  }
  return columns;
}

// build makes the event of a write: the columns of its row in class AuditTrail and
// its hash. write: {at, op, class, record, actor: {kind, id}, rule, reason, request,
// meaning, signs, redacts, prev, changes}; at is in milliseconds, changes are as diff
// gives them.
function build(write, random = crypto.randomBytes) {
  const id = random(RANDOM_BYTES).toString('hex');
  const at = new Date(write.at).toISOString();
  const changes = write.changes || [];
  const hashes = {};
  const values = [];
  const put = (name, before, after) => {
    const salt = random(RANDOM_BYTES).toString('hex');
    const parts = [['after', after], ['before', before]].filter(([, value]) => value !== 'null');
    values.push(`${text(name)}:{${parts.map(([part, value]) => `"${part}":${value},`).join('')}"salt":"${salt}"}`);
    return columnHash(name, salt, before, after);
  };
  const why = write.reason ? put(REASON_NAME, 'null', text(write.reason)) : undefined;
  for (const { column, before = 'null', after = 'null', secret } of changes) {
    hashes[column] = secret ? null : put(column, before, after);
  }
  const entry = canonical({
    v: VERSION, event: id, at, op: write.op, class: write.class, record: write.record || null,
    actor: { kind: write.actor.kind, id: write.actor.id || undefined },
    rule: write.rule || undefined, reason: why, request: write.request || undefined,
    meaning: write.meaning || undefined, signs: write.signs || undefined, redacts: write.redacts || undefined,
    prev: write.prev || null, columns: hashes,
  });
  const row = {
    event: id, at: { __type: 'Date', iso: at }, op: write.op, class: write.class, record: write.record || '',
    columns: changes.map(({ column }) => column), confirmed: false, entry, values: `{${values.join(',')}}`,
  };
  if (write.actor.id) row.actor = { __type: 'Pointer', className: USER_CLASS, objectId: write.actor.id };
  return { row, hash: hashOf(entry) };
}

module.exports = { VERSION, canonical, columnHash, diff, build, hashOf };
