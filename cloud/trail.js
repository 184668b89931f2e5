// The audit trail of a Parse Server: an event of class AuditTrail for each write of a
// record, a user or a role, written before the write, so that there is no change
// without an event, and confirmed after it. What was written and never carried out
// stays unconfirmed: package trail tells the two apart by the records themselves.
//
// Recording begins as soon as the class is there. Plain JavaScript without packages.
'use strict';

const crypto = require('node:crypto');
const acls = require('./acls.json');
const { diff, build, canonical, hashOf } = require('./event.js');
const { message, USER_CLASS, VALIDATION_ERROR } = require('./checks.js');

const TRAIL_CLASS = 'AuditTrail';
const MAX_REASON = 1000;
const MAX_REQUEST = 200;
const MAX_PENDING = 10000;
const NO_SUCH_CLASS = 103;
// The rule that an event names for what the server itself put into a row.
const SET_BY_SERVER = 'set-by-server';

// What this code says to its own triggers stands in the context under this name, with
// a nonce that only this process knows: a client can send any context.
const OWN = 'isoaudit';
const NONCE = crypto.randomBytes(16).toString('hex');

function ownContext(members) {
  return { [OWN]: { ...members, nonce: NONCE } };
}

function own(context) {
  const told = context && context[OWN];
  return told && told.nonce === NONCE ? told : undefined;
}

// originOf says who makes a save and why. For what this code saves on somebody's
// behalf that is who made the save that it belongs to.
function originOf(request) {
  const told = own(request.context);
  if (told && told.origin) return told.origin;
  const header = (request.headers || {})['x-parse-request-id'];
  const reason = request.context && request.context.reason;
  let actor = { kind: 'anonymous' };
  if (request.master) actor = { kind: 'master' };
  else if (request.user) actor = { kind: 'user', id: request.user.id };
  return {
    actor,
    reason: typeof reason === 'string' ? reason : '',
    request: typeof header === 'string' ? header.slice(0, MAX_REQUEST) : '',
  };
}

// effectContext is the context of a save that a rule makes part of another one.
function effectContext(request, rule) {
  return ownContext({ origin: { ...originOf(request), rule } });
}

function refuse(rule, className, objectId, text) {
  const violation = { rule, class: className, ...(objectId && { objectId }), field: 'reason', message: text };
  throw new Parse.Error(VALIDATION_ERROR, message([violation]));
}

function checkReason(reason, className, objectId) {
  const length = Array.from(reason).length;
  if (length > MAX_REASON) {
    refuse('reason-fits', className, objectId, `the reason has ${length} characters, the limit is ${MAX_REASON}: say it shorter`);
  }
}

// current is an object as JSON as it will be. The SDK writes operations that are not
// sent yet, such as Increment and Delete, in the place of what comes of them.
function current(object) {
  const row = object.toJSON();
  for (const column of Object.keys(row)) {
    if (!row[column] || !row[column].__op) continue;
    const value = object.get(column);
    delete row[column];
    if (value !== undefined && value !== null && !(value instanceof Parse.Relation)) {
      row[column] = new Parse.Object('Probe', { [column]: value }).toJSON()[column];
    }
  }
  return row;
}

let recording = false; // once it is, it stays so

async function isRecording() {
  if (!recording) {
    recording = await new Parse.Schema(TRAIL_CLASS).get().then(() => true, error => {
      if (error.code === NO_SUCH_CLASS) return false;
      throw error;
    });
  }
  return recording;
}

// newest is the newest event of a record, as a Parse object.
function newest(className, record) {
  return Parse.Query.fromJSON(TRAIL_CLASS, { where: { class: className, record } })
    .descending('at,createdAt').first({ useMasterKey: true });
}

// append writes an event and gives the id of its row and its hash.
async function append(write, confirmed, last) {
  const prev = last && entryHash(last);
  const seen = last && last.get('at');
  const at = Math.max(Date.now(), seen ? seen.getTime() + 1 : 0);
  const { row, hash } = build({ ...write, at, prev });
  const event = new Parse.Object(TRAIL_CLASS);
  const actor = row.actor && Parse.Object.extend(USER_CLASS).createWithoutData(row.actor.objectId);
  const stored = await event.save({ ...row, at: new Date(at), confirmed, ...(actor && { actor }) }, options());
  return { id: stored.id, event: row.event, at, hash };
}

function options() {
  return { useMasterKey: true, context: ownContext({}) };
}

// relationChanges are what a save does to the relations of an object.
function relationChanges(object) {
  return object.dirtyKeys().flatMap(column => {
    const op = object.op(column);
    if (!op || !Array.isArray(op.relationsToAdd)) return [];
    const after = canonical({ added: [...op.relationsToAdd].sort(), removed: [...op.relationsToRemove].sort() });
    return [{ column, before: 'null', after, relation: true }];
  });
}

// Events between their before and after triggers, by what both know of the save. The
// context cannot hold them: all requests of a batch share one.
const pending = new Map();
let waiting = 0;

function keyOf(request, op, origin) {
  const { className, id } = request.object;
  return JSON.stringify([op, className, op === 'create' ? '' : id, origin]);
}

function remember(key, noted) {
  if (waiting >= MAX_PENDING) { // what failed after its event was written: never confirmed
    const [oldest, list] = pending.entries().next().value;
    waiting -= list.length;
    pending.delete(oldest);
  }
  pending.set(key, [...(pending.get(key) || []), noted]);
  waiting += 1;
}

// recall takes the newest event that says what was written.
function recall(key, row) {
  const list = pending.get(key) || [];
  const fits = noted => noted.changes.every(({ column, after, secret, relation }) =>
    secret || relation || column === 'ACL' || canonical(row[column]) === after);
  let at = list.findLastIndex(fits);
  if (at < 0) at = list.length - 1;
  if (at < 0) return undefined;
  const [noted] = list.splice(at, 1);
  waiting -= 1;
  if (list.length === 0) pending.delete(key);
  return noted;
}

// note writes the event of a write that is about to happen; before and after are the
// record as JSON.
async function note(request, op, before, after) {
  const { object } = request;
  const origin = originOf(request);
  checkReason(origin.reason, object.className, object.id);
  if (!(await isRecording())) return;
  const relations = op === 'delete' ? [] : relationChanges(object);
  const changes = [...diff(object.className, before, after), ...relations].sort((a, b) => (a.column < b.column ? -1 : 1));
  const record = op === 'create' ? '' : object.id;
  try {
    const last = record && await newest(object.className, record);
    const written = await append({ ...origin, op, class: object.className, record, changes }, false, last);
    remember(keyOf(request, op, origin), { ...written, changes, after });
  } catch (error) {
    request.log.error(`the audit trail cannot be written: ${error.message}`);
    throw new Parse.Error(Parse.Error.SCRIPT_FAILED, 'the audit trail cannot be written, so nothing is saved');
  }
}

// confirm marks the event of a write as carried out, and notes what the server itself
// put into the row. It never fails the write, which has happened.
async function confirm(request, op) {
  const { object } = request;
  const origin = originOf(request);
  const row = current(object);
  const noted = recall(keyOf(request, op, origin), row);
  if (!noted) return;
  try {
    await Parse.Object.extend(TRAIL_CLASS).createWithoutData(noted.id).save({ confirmed: true, record: object.id }, options());
    const more = op === 'delete' ? [] : diff(object.className, noted.after, row).filter(change => !change.secret);
    if (more.length === 0) return;
    const last = await newest(object.className, object.id);
    await append({ ...origin, rule: SET_BY_SERVER, op: 'update', class: object.className, record: object.id, changes: more }, true, last);
  } catch (error) {
    request.log.error(`an event of the audit trail was not confirmed: ${error.message}`);
  }
}

// guard refuses whatever writes the trail but this code.
function guard(request) {
  if (!own(request.context)) {
    throw new Parse.Error(Parse.Error.OPERATION_FORBIDDEN, `class ${TRAIL_CLASS} is the audit trail: the server alone writes it`);
  }
  if (!request.object.id) request.object.setACL(new Parse.ACL(acls[TRAIL_CLASS]));
}

function forbid() {
  throw new Parse.Error(Parse.Error.OPERATION_FORBIDDEN, `class ${TRAIL_CLASS} is the audit trail: nobody deletes from it`);
}

// entryHash is the hash of an event that is a Parse object. One that has lost its entry
// counts as empty: verifying names the loss, and work on the record goes on.
function entryHash(event) {
  return hashOf(event.get('entry') || '');
}

// without gives the values of an event without those of some columns.
function without(values, columns) {
  const left = JSON.parse(values);
  for (const column of columns) left[column] = null;
  return canonical(left);
}

module.exports = {
  TRAIL_CLASS, current, note, confirm, guard, forbid, effectContext, originOf, checkReason, refuse, isRecording,
  newest, append, options, hashOf: entryHash, without,
};
