// The two functions that add events of their own to the audit trail: a signature, and
// the redaction of personal data. auditserver has both in Go.
'use strict';

const trail = require('./trail.js');
const { VERSION: FORMAT_VERSION } = require('./event.js');
const { VALIDATION_ERROR, USER_CLASS, ROLE_CLASS } = require('./checks.js');
const { auditedClasses } = require('./rules.json');

const FRESH_LOGIN = 5 * 60 * 1000;
const MAX_MEANING = 100;
const PAGE = 1000;

// sign answers isoauditSign {class, record, meaning}: an event that binds the caller
// to what the record's events say so far. Only the session of a fresh log-in signs.
async function sign(request) {
  const { class: className, record, meaning } = request.params;
  const length = typeof meaning === 'string' ? Array.from(meaning).length : 0;
  if (length === 0 || length > MAX_MEANING) {
    const want = `want 1 to ${MAX_MEANING} that say what is signed for, such as approved`;
    throw new Parse.Error(VALIDATION_ERROR, `meaning has ${length} characters: ${want}`);
  }
  await freshlyLoggedIn(request);
  const sessionToken = request.user.getSessionToken();
  const known = recorded(className) && typeof record === 'string' &&
    await Parse.Query.fromJSON(className, { where: { objectId: record } }).first({ sessionToken });
  if (!known) throw new Parse.Error(Parse.Error.OBJECT_NOT_FOUND, 'Object not found.');
  const last = await newestEvent(className, record);
  if (!last.get('entry')) {
    throw new Parse.Error(VALIDATION_ERROR, `the newest event of ${className} ${record} has lost its entry: there is nothing to sign, verify the trail`);
  }
  const origin = trail.originOf(request);
  trail.checkReason(origin.reason, className, record);
  const signs = trail.hashOf(last);
  const { id, event, at } = await trail.append({ ...origin, op: 'sign', class: className, record, meaning, signs }, true, last);
  return { objectId: id, event, at: new Date(at) };
}

// redact answers isoauditRedact {class, record, columns}: the values of columns go from
// all events of a record, or from one event if class and record name its row. Among
// columns, $reason stands for the reason of an event. The hashes stay, and for each event
// that lost values another one says so.
//
// An event that cannot be read stays as it is, evidence of whatever was done to it, and the
// answer names it; the others are redacted all the same, for personal data must go wherever
// it can.
async function redact(request) {
  if (!request.master) throw new Parse.Error(Parse.Error.OPERATION_FORBIDDEN, 'Permission denied');
  const { class: className, record, columns } = request.params;
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every(name => typeof name === 'string')) {
    throw new Parse.Error(VALIDATION_ERROR, 'columns is not a list of the names of columns');
  }
  const origin = trail.originOf(request);
  if (origin.reason.trim() === '') {
    trail.refuse('reason-required', className, record, 'a redaction says why it is made: send a reason with it');
  }
  trail.checkReason(origin.reason, className, record);
  let redacted = 0;
  const unreadable = [];
  for (const event of await eventsToRedact(className, record)) {
    const { names, what } = held(event, columns);
    if (what) unreadable.push({ row: event.id, event: event.get('event') || '', what });
    if (names.length === 0) continue;
    // First the event that tells, so that no value goes without a word.
    const of = { class: event.get('class'), record: event.get('record') };
    const changes = names.map(column => ({ column, secret: true }));
    await trail.append({ ...origin, op: 'redact', ...of, redacts: trail.hashOf(event), changes }, true,
      await trail.newest(of.class, of.record));
    await event.save({ values: trail.without(event.get('values'), names) }, trail.options());
    redacted += 1;
  }
  return { redacted, unreadable };
}

// held gives which of the columns an event has values of, and what is wrong with an event
// that cannot be read.
function held(event, columns) {
  const [entry, values] = [event.get('entry') || '', event.get('values') || '{}'].map(objectOf);
  if (!entry || entry.v !== FORMAT_VERSION) return { names: [], what: 'column entry of the row is not an entry' };
  if (!values) return { names: [], what: 'column values of the row cannot be read' };
  const hashed = { ...entry.columns, $reason: entry.reason };
  return { names: [...new Set(columns)].filter(name => Object.hasOwn(values, name) && values[name] && hashed[name]).sort() };
}

function objectOf(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function freshlyLoggedIn(request) {
  if (request.master || !request.user) {
    throw new Parse.Error(Parse.Error.SESSION_MISSING, 'a signature needs the session of a user who has just logged in');
  }
  const session = await Parse.Query.fromJSON('_Session', { where: { sessionToken: request.user.getSessionToken() } })
    .first({ useMasterKey: true });
  const how = (session && session.get('createdWith')) || {};
  const sameUser = session && session.get('user').id === request.user.id;
  if (!sameUser || how.action !== 'login' || Date.now() - session.createdAt.getTime() > FRESH_LOGIN) {
    throw new Parse.Error(Parse.Error.OPERATION_FORBIDDEN,
      `the session is not from a log-in of the last ${FRESH_LOGIN / 60000} minutes: log in again to sign`);
  }
}

function recorded(className) {
  return [...auditedClasses, USER_CLASS, ROLE_CLASS].includes(className);
}

async function newestEvent(className, record) {
  if (!(await trail.isRecording())) {
    throw new Parse.Error(Parse.Error.SCRIPT_FAILED, `there is no audit trail: apply the schema, which has class ${trail.TRAIL_CLASS}`);
  }
  const last = recorded(className) && typeof record === 'string' && await trail.newest(className, record);
  if (!last) {
    throw new Parse.Error(VALIDATION_ERROR, `the audit trail knows nothing of ${className} ${record} yet: it was last changed before the trail began`);
  }
  return last;
}

// eventsToRedact gives the events of a record, oldest first, or the one whose row is meant.
async function eventsToRedact(className, record) {
  if (className === trail.TRAIL_CLASS && typeof record === 'string' && await trail.isRecording()) {
    const row = await Parse.Query.fromJSON(className, { where: { objectId: record } }).first({ useMasterKey: true });
    if (!row) throw new Parse.Error(Parse.Error.OBJECT_NOT_FOUND, 'Object not found.');
    return [row];
  }
  await newestEvent(className, record);
  const rows = [];
  for (;;) {
    const page = Parse.Query.fromJSON(trail.TRAIL_CLASS, { where: { class: className, record } }).ascending('objectId').limit(PAGE);
    if (rows.length > 0) page.greaterThan('objectId', rows.at(-1).id);
    const found = await page.find({ useMasterKey: true });
    if (found.length === 0) return rows.sort((a, b) => a.get('at') - b.get('at'));
    rows.push(...found);
  }
}

module.exports = { sign, redact };
