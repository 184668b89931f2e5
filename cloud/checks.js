// The rules of rules.json, evaluated: plain JavaScript without packages. The same
// checks exist in Go (package policy), and both pass the same test vectors.
'use strict';

const rules = require('./rules.json');
const { isPlaceholder, compareRevisions, lookalikes, few, clip } = require('./texts.js');

const VALIDATION_ERROR = 142;
const MESSAGE_PREFIX = 'Rules broken: ';
const USER_CLASS = '_User';
const ROLE_CLASS = '_Role';
// How long after its midnight UTC a day has ended in every time zone, UTC-12 the last.
const DAY_ENDS_EVERYWHERE = 36 * 60 * 60 * 1000;

// check returns what the rules say about a save: {violations, warnings, effects}.
// change: {class, objectId, original, object, user, master, now, reason}; rows are
// Parse JSON, now is in milliseconds, reason is a text or left out. look:
// get(class, id), find(class, where) and hasRole(user, role), all asynchronous.
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

  frozenSince(run, rule) {
    const since = dateOf(run.original[rule.field]);
    if (since === undefined || since > run.now) return;
    for (const field of [rule.field, ...(rule.also || [])]) {
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

  async parentIsCaller(run, rule) {
    const target = pointerTo((run.creates ? run.object : run.original)[rule.field]);
    if (!target || target.class !== rule.parent.class || !(run.creates || changesAnything(run))) return;
    const row = await run.look.get(target.class, target.id);
    const user = row && pointerTo(row[rule.parent.field]);
    if (user && user.class === USER_CLASS && user.id === run.user) return;
    if (!(await run.hasAny(rule.roles))) run.report(rule, rule.field, rule.roles);
  },

  async childrenClosed(run, rule) {
    if (!run.becomes(rule.when) || !run.objectId) return;
    const { children } = rule;
    const found = children.pointer
      ? await run.look.find(children.class, { [children.pointer]: pointer(run.class, run.objectId) })
      : [{ ...run.object, objectId: run.objectId }];
    const open = await openOf(run, found, children);
    if (open.length > 0) run.report(rule, rule.field, undefined, few(names(open, children.name)));
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
    if (!target || !(run.changed(rule.field) || (rule.when && run.becomes(rule.when)))) return;
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

  reason(run, rule) {
    if (run.creates || !isPlaceholder(run.reason || '', run.table.placeholders)) return;
    if (rule.also ? run.anyChanged(rule.also) : changesAnything(run)) run.report(rule, rule.field);
  },
};

// changesAnything besides what the server sets.
function changesAnything(run) {
  const own = field => !['objectId', 'createdAt', 'updatedAt'].includes(field);
  return run.anyChanged(Object.keys({ ...run.original, ...run.object }).filter(own));
}

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

function names(rows, column) {
  return rows.map(row => clip(typeof row[column] === 'string' ? row[column] : row.objectId));
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

module.exports = { check, message, pointer, USER_CLASS, ROLE_CLASS, VALIDATION_ERROR };
