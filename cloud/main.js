// Cloud Code for a Parse Server: enforces the workflow rules of rules.json on every
// save, gives new objects the ACL of acls.json, and records every write in the audit
// trail. All files of this folder belong together. Plain JavaScript without packages.
'use strict';

const rules = require('./rules.json');
const acls = require('./acls.json');
const { check, message, pointer, USER_CLASS, ROLE_CLASS, VALIDATION_ERROR } = require('./checks.js');
const trail = require('./trail.js');
const { sign, redact } = require('./signature.js');

// VERSION rises with every change of what this file does on a server.
const VERSION = 7;

const PAGE = 1000;

// STALE_WRITE is this project's own error code for an object that others have changed.
const STALE_WRITE = 409;

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
    return trail.current(object);
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

// requireUnchanged refuses an update that depends on a state which is gone. Between
// here and the write another save may still come.
function requireUnchanged({ context, original }) {
  const since = context && context.ifUnchangedSince;
  if (since === undefined || !original) return;
  const now = original.updatedAt.toISOString();
  if (since !== now) throw new Parse.Error(STALE_WRITE, `the object was changed at ${now}, after it was read: read it again`);
}

async function beforeSave(request) {
  const { object, original } = request;
  requireUnchanged(request);
  const was = original && original.toJSON();
  const verdict = await check({
    class: object.className,
    objectId: object.id,
    original: was,
    object: written(object),
    user: request.user && request.user.id,
    master: request.master,
    now: Date.now(),
    reason: trail.originOf(request).reason,
  }, look);
  for (const warning of verdict.warnings) {
    request.log.warn(`${warning.rule}: ${warning.class} ${object.id || '(new)'}: ${warning.message}`);
  }
  if (verdict.violations.length > 0) throw new Parse.Error(VALIDATION_ERROR, message(verdict.violations));
  // Before the save itself: should it fail now, no revision is effective, which is
  // better than two.
  for (const { rule, class: className, objectId, set } of verdict.effects) {
    await Parse.Object.extend(className).createWithoutData(objectId)
      .save(set, { useMasterKey: true, context: trail.effectContext(request, rule) });
  }
  // The classes of a Parse Server before 9.3 cannot be trusted with a default ACL,
  // so it is set here, on every version alike.
  const acl = acls[object.className];
  if (acl && !original && !object.getACL()) object.setACL(new Parse.ACL(acl));
  await trail.note(request, was ? 'update' : 'create', was, written(object));
}

// options are those of this server that no request can ask for.
function options(classes) {
  const { liveQueryController, idempotencyOptions, maxLimit, masterKeyIps, allowClientClassCreation } = Parse.Server || {};
  return {
    live: classes.filter(name => liveQueryController && liveQueryController.hasLiveQuery(name)),
    idempotent: (idempotencyOptions && idempotencyOptions.paths) || [],
    maxLimit: maxLimit || 0,
    masterKeyAnywhere: (masterKeyIps || []).some(range => /\/0$/.test(range)) || (masterKeyIps || []).length === 0,
    classCreation: Boolean(allowClientClassCreation),
  };
}

if (typeof Parse !== 'undefined') {
  const named = rules.rules.flatMap(rule => [rule.class, ...(rule.alsoOn || [])]).filter(name => name !== '*');
  const recorded = new Set([...rules.auditedClasses, ...named, ...Object.keys(acls), ROLE_CLASS]);
  recorded.delete(trail.TRAIL_CLASS);
  for (const className of recorded) {
    Parse.Cloud.beforeSave(className, beforeSave);
    Parse.Cloud.afterSave(className, request => trail.confirm(request, request.original ? 'update' : 'create'));
    Parse.Cloud.beforeDelete(className, request => trail.note(request, 'delete', written(request.object)));
    Parse.Cloud.afterDelete(className, request => trail.confirm(request, 'delete'));
  }
  Parse.Cloud.beforeSave(trail.TRAIL_CLASS, trail.guard);
  Parse.Cloud.beforeDelete(trail.TRAIL_CLASS, trail.forbid);
  Parse.Cloud.define('isoauditSign', sign);
  Parse.Cloud.define('isoauditRedact', redact);
  // For whoever plans the schema or examines the server: what it does beyond its classes.
  Parse.Cloud.define('isoauditCloudCode', () => ({ version: VERSION, acls, recorded: [...recorded], server: options([...recorded, trail.TRAIL_CLASS]) }), { requireMaster: true });
}
