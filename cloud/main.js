// Cloud Code for a Parse Server: enforces the workflow rules of rules.json on every
// save, and gives new objects the ACL of acls.json; both lie beside this file, as does
// texts.js.
// Plain JavaScript without packages; the same checks exist in Go (package policy),
// and both pass the same test vectors.
'use strict';

const rules = require('./rules.json');
const acls = require('./acls.json');
const { isPlaceholder, compareRevisions, lookalikes, few, clip } = require('./texts.js');

// VERSION rises with every change of what this file does on a server.
const VERSION = 3;

const VALIDATION_ERROR = 142;
const MESSAGE_PREFIX = 'Rules broken: ';
const USER_CLASS = '_User';
const ROLE_CLASS = '_Role';
const PAGE = 1000;
// How long after its midnight UTC a day has ended in every time zone, UTC-12 the last.
const DAY_ENDS_EVERYWHERE = 36 * 60 * 60 * 1000;

// check returns what the rules say about a save: {violations, warnings, effects}.
// change: {class, objectId, original, object, user, master, now}; rows are Parse
// JSON, now is in milliseconds. look: get(class, id), find(class, where) and
// hasRole(user, role), all asynchronous.
async function check(change, look, table = rules) {
  const run = evaluation(change, look, table);
  for (const rule of table.rules) {
    const classes = rule.class === '*' ? table.auditedClasses : [rule.class, ...(rule.alsoOn || [])];
    const concerned = classes.includes(change.class);
    if (!concerned || rule.severity === 'off' || (change.master && !rule.bindsMaster)) continue;
    await checks[rule.check](run, rule);
  }
  return run.verdict;
}

function message(violations) {
  return MESSAGE_PREFIX + JSON.stringify(violations);
}

function evaluation(change, look, table) {
  const object = change.object;
  const original = change.original || {};
  const creates = !change.original;
  const verdict = { violations: [], warnings: [], effects: [] };
  const run = { ...change, object, original, creates, look, table, verdict };

  run.changed = field => creates ? present(object[field]) : !same(original[field], object[field]);
  run.anyChanged = fields => (fields || []).some(run.changed);
  run.is = when => when.values.includes(object[when.field]);
  run.becomes = when => run.changed(when.field) && run.is(when);

  run.hasAny = async roles => {
    if (!change.user) return false;
    for (const role of roles || []) {
      if (await look.hasRole(change.user, role)) return true;
    }
    return false;
  };

  run.others = async (key, extra) => {
    const where = {};
    for (const field of key) {
      if (typeof object[field] !== 'string') return [];
      where[field] = object[field];
    }
    const rows = await look.find(change.class, { ...where, ...extra });
    return rows.filter(row => !change.objectId || row.objectId !== change.objectId);
  };

  run.report = (rule, field, allowed, found) => {
    const list = allowed && allowed.length > 0 ? allowed.join(', ') : 'nothing else';
    const filled = { '{allowed}': list, '{found}': found || '' };
    const violation = { rule: rule.id, class: change.class };
    if (!creates && change.objectId) violation.objectId = change.objectId;
    violation.field = field;
    violation.message = rule.message.replace(/\{allowed\}|\{found\}/g, name => filled[name]);
    (rule.severity === 'warn' ? verdict.warnings : verdict.violations).push(violation);
  };
  return run;
}

const checks = {
  vocabulary(run, rule) {
    const known = run.table.vocabularies[`${rule.class}.${rule.field}`];
    const value = run.object[rule.field];
    if (typeof value === 'string' && run.changed(rule.field) && !known.values.includes(value)) {
      run.report(rule, rule.field, known.values);
    }
  },

  transition(run, rule) {
    const vocabulary = run.table.vocabularies[`${rule.class}.${rule.field}`];
    const to = run.object[rule.field];
    if (!run.changed(rule.field) || !vocabulary.values.includes(to)) return;
    const from = run.original[rule.field];
    let allowed = vocabulary.initial;
    if (typeof from === 'string') {
      if (!Object.hasOwn(vocabulary.next, from)) return;
      allowed = vocabulary.next[from];
    }
    if (!allowed.includes(to)) run.report(rule, rule.field, allowed);
  },

  label(run, rule) {
    if (run.changed(rule.field) && !(run.creates && rule.values.includes(run.object[rule.field]))) {
      run.report(rule, rule.field, rule.values);
    }
  },

  text(run, rule) {
    if (!run.is(rule.when) || !run.anyChanged([rule.when.field, rule.field])) return;
    const text = run.object[rule.field];
    if (isPlaceholder(typeof text === 'string' ? text : '', run.table.placeholders)) run.report(rule, rule.field);
  },

  notBeforeCreation(run, rule) {
    const date = dateOf(run.object[rule.field]);
    if (date === undefined || !run.changed(rule.field)) return;
    let created = dateOf(run.original.createdAt);
    if (created === undefined) created = run.now;
    if (created - date > DAY_ENDS_EVERYWHERE) run.report(rule, rule.field);
  },

  frozen(run, rule) {
    const state = run.original[rule.field];
    if (typeof state !== 'string' || !Object.hasOwn(rule.frozen, state)) return;
    for (const field of rule.frozen[state]) {
      if (run.changed(field)) run.report(rule, field);
    }
  },

  async unique(run, rule) {
    if (!run.anyChanged(rule.key)) return;
    const rows = await run.others(rule.key);
    if (rows.length > 0) run.report(rule, rule.field);
  },

  async supersede(run, rule) {
    const value = run.object[rule.field];
    if (!rule.values.includes(value) || !run.anyChanged([rule.field, ...rule.key])) return;
    const rows = await run.others(rule.key, { [rule.field]: value });
    if (rows.length === 0) return;
    if (rule.severity === 'warn') {
      run.report(rule, rule.field);
      return;
    }
    for (const row of rows) {
      run.verdict.effects.push({
        rule: rule.id, class: run.class, objectId: row.objectId, set: { [rule.field]: rule.becomes },
      });
    }
  },

  async notOlder(run, rule) {
    const revision = run.object[rule.field];
    const { field } = rule.when;
    if (typeof revision !== 'string' || !run.is(rule.when) || !run.anyChanged([field, rule.field, ...rule.key])) return;
    let newest = revision;
    for (const row of await run.others(rule.key, { [field]: run.object[field] })) {
      const other = row[rule.field];
      if (typeof other === 'string' && compareRevisions(other, newest) > 0) newest = other;
    }
    if (newest !== revision) run.report(rule, rule.field, undefined, clip(newest));
  },

  plain(run, rule) {
    const text = run.object[rule.field];
    if (typeof text !== 'string' || !run.changed(rule.field)) return;
    const faults = lookalikes(text, run.table.invisible);
    if (faults.length > 0) run.report(rule, rule.field, undefined, few(faults));
  },

  async parentNot(run, rule) {
    if (!run.changed(rule.field) && !run.anyChanged(rule.also)) return;
    let asked;
    for (const value of [run.object[rule.field], run.original[rule.field]]) {
      const target = pointerTo(value);
      if (!target || target.class !== rule.parent.class || target.id === asked) continue;
      asked = target.id;
      const row = await run.look.get(target.class, target.id);
      if (row && rule.parent.values.includes(row[rule.parent.field])) {
        run.report(rule, rule.field);
        return;
      }
    }
  },

  async childrenClosed(run, rule) {
    if (!run.becomes(rule.when) || !run.objectId) return;
    const { children } = rule;
    const found = await run.look.find(children.class, { [children.pointer]: pointer(run.class, run.objectId) });
    const open = await openOf(run, found, children);
    if (open.length > 0) run.report(rule, rule.field, undefined, few(names(open)));
  },

  notCaller(run, rule) {
    const target = pointerTo(run.object[rule.field]);
    if (target && target.class === USER_CLASS && target.id === run.user && run.becomes(rule.when)) {
      run.report(rule, rule.field);
    }
  },

  async isCaller(run, rule) {
    const target = pointerTo(run.object[rule.field]);
    if (!run.creates || !target || target.class !== USER_CLASS || target.id === run.user) return;
    if (!(await run.hasAny(rule.roles))) run.report(rule, rule.field, rule.roles);
  },

  differ(run, rule) {
    if (pointerTo(run.object[rule.field]) && run.anyChanged([rule.field, rule.other]) &&
        same(run.object[rule.field], run.object[rule.other])) {
      run.report(rule, rule.field);
    }
  },

  async holdsRole(run, rule) {
    const target = pointerTo(run.object[rule.field]);
    if (!target || !(run.changed(rule.field) || run.becomes(rule.when))) return;
    for (const role of rule.roles) {
      if (target.class === USER_CLASS) {
        if (await run.look.hasRole(target.id, role)) return;
      } else {
        const row = await run.look.get(target.class, target.id);
        if (row && row.role === role) return;
      }
    }
    run.report(rule, rule.field, rule.roles);
  },

  async unchanged(run, rule) {
    const changed = [rule.field, ...(rule.also || [])].filter(run.changed);
    if (changed.length === 0 || (run.creates && !rule.onCreate)) return;
    const { children } = rule;
    if (children) {
      const found = await run.look.find(children.class, { [children.pointer]: pointer(run.class, run.objectId) });
      if (found.length === 0) return;
    }
    if (await run.hasAny(rule.roles)) return;
    for (const field of changed) run.report(rule, field, rule.roles);
  },
};

async function openOf(run, found, children) {
  const { below } = children;
  const done = new Set();
  const pending = new Set();
  for (let i = 0; i < found.length; i += 100) {
    const ids = found.slice(i, i + 100).map(child => pointer(children.class, child.objectId));
    for (const row of await run.look.find(below.class, { [below.pointer]: { $in: ids } })) {
      const child = pointerTo(row[below.pointer]).id;
      if (below.done.includes(row[below.field])) done.add(child);
      else if (!below.ignored.includes(row[below.field])) pending.add(child);
    }
  }
  return found
    .filter(({ objectId, [children.field]: value }) =>
      pending.has(objectId) || (children.values.includes(value) && !done.has(objectId)))
    .sort((a, b) => (a.objectId < b.objectId ? -1 : 1));
}

function names(rows) {
  return rows.map(row => clip(typeof row.findingRef === 'string' ? row.findingRef : row.objectId));
}

function present(value) {
  return value !== undefined && value !== null;
}

function pointer(className, objectId) {
  return { __type: 'Pointer', className, objectId };
}

function pointerTo(value) {
  if (!value || (value.__type !== 'Pointer' && value.__type !== 'Object')) return undefined;
  return typeof value.objectId === 'string' ? { class: value.className, id: value.objectId } : undefined;
}

const ISO = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function dateOf(value) {
  const text = value && value.__type === 'Date' ? value.iso : value;
  const [, day] = (typeof text === 'string' && ISO.exec(text)) || [];
  const midnight = day ? Date.parse(`${day}T00:00:00Z`) : NaN;
  // February 30 would have become March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function same(a, b) {
  const pointed = pointerTo(a);
  if (pointed) {
    const other = pointerTo(b);
    return other !== undefined && pointed.class === other.class && pointed.id === other.id;
  }
  const date = typeof a === 'string' ? undefined : dateOf(a);
  if (date !== undefined) return date === dateOf(b);
  if (!present(a) || !present(b)) return present(a) === present(b);
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && same(a[key], b[key]));
}

// What follows ties the rules to a Parse Server.

const look = {
  async get(className, objectId) {
    const row = await Parse.Query.fromJSON(className, { where: { objectId } }).first({ useMasterKey: true });
    return row && row.toJSON();
  },

  // In the order of the ids, each page behind the last row of the one before. A
  // server may cut pages shorter than asked (maxLimit): only an empty one is the end.
  async find(className, where) {
    const rows = [];
    for (;;) {
      const page = Parse.Query.fromJSON(className, { where }).ascending('objectId').limit(PAGE);
      if (rows.length > 0) page.greaterThan('objectId', rows.at(-1).objectId);
      const found = await page.find({ useMasterKey: true });
      if (found.length === 0) return rows;
      rows.push(...found.map(row => row.toJSON()));
    }
  },

  // A member of a role is a member of every role that lists it (role nesting).
  async hasRole(user, name) {
    const seen = new Set();
    let level = await look.find(ROLE_CLASS, { users: pointer(USER_CLASS, user) });
    while (level.length > 0) {
      if (level.some(role => role.name === name)) return true;
      level.forEach(role => seen.add(role.objectId));
      const parents = await Promise.all(level.map(role =>
        look.find(ROLE_CLASS, { roles: pointer(ROLE_CLASS, role.objectId) })));
      level = parents.flat().filter(role => !seen.has(role.objectId));
    }
    return false;
  },
};

// written is the object as JSON. A value that has none, such as a date that is no
// date, is taken out before the save is refused: Parse Server writes the object of
// a trigger to its log, and a failure there ends its process.
function written(object) {
  try {
    return object.toJSON();
  } catch (error) {
    const invalid = Object.keys(object.attributes).filter(field => !writable(field, object.get(field)));
    if (invalid.length === 0) throw error;
    invalid.forEach(field => object.unset(field));
    throw new Parse.Error(Parse.Error.INCORRECT_TYPE, `not a valid value: ${invalid.join(', ')}`);
  }
}

function writable(field, value) {
  try {
    new Parse.Object('Probe', { [field]: value }).toJSON();
    return true;
  } catch {
    return false;
  }
}

async function beforeSave(request) {
  const { object, original } = request;
  const verdict = await check({
    class: object.className,
    objectId: object.id,
    original: original && original.toJSON(),
    object: written(object),
    user: request.user && request.user.id,
    master: request.master,
    now: Date.now(),
  }, look);
  for (const warning of verdict.warnings) {
    request.log.warn(`${warning.rule}: ${warning.class} ${object.id || '(new)'}: ${warning.message}`);
  }
  if (verdict.violations.length > 0) throw new Parse.Error(VALIDATION_ERROR, message(verdict.violations));
  // Before the save itself: should it fail now, no revision is effective, which is
  // better than two.
  for (const { class: className, objectId, set } of verdict.effects) {
    await Parse.Object.extend(className).createWithoutData(objectId).save(set, { useMasterKey: true });
  }
  // The classes of a Parse Server before 9.3 cannot be trusted with a default ACL,
  // so it is set here, on every version alike.
  const acl = acls[object.className];
  if (acl && !original && !object.getACL()) object.setACL(new Parse.ACL(acl));
}

if (typeof Parse !== 'undefined') {
  const named = rules.rules.flatMap(rule => [rule.class, ...(rule.alsoOn || [])]).filter(name => name !== '*');
  for (const className of new Set([...rules.auditedClasses, ...named, ...Object.keys(acls)])) {
    Parse.Cloud.beforeSave(className, beforeSave);
  }
  // For whoever plans the schema: what this server does beyond its classes.
  Parse.Cloud.define('isoauditCloudCode', () => ({ version: VERSION, acls }), { requireMaster: true });
}

module.exports = { check, message };
