// The OpenAPI document that isoaudit gen writes, read from standard input: it must be
// valid, and a client made from it in JavaScript must go through the workflow on the
// server in ISOAUDIT_PARSE_URL, which has the schema and the rules:
//
//	go run ./cmd/isoaudit gen openapi | node conformance/openapi/check.js
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Validator } from '@seriousme/openapi-schema-validator';
import { OpenAPIClientAxios } from 'openapi-client-axios';

const env = name => process.env[name] ?? (console.error(`${name} is not set`), process.exit(2));
const url = env('ISOAUDIT_PARSE_URL');
const keys = { 'X-Parse-Application-Id': env('ISOAUDIT_PARSE_APP_ID'), 'X-Parse-REST-API-Key': env('ISOAUDIT_PARSE_REST_KEY') };

const definition = JSON.parse(await text(process.stdin));
const { valid, errors } = await new Validator().validate(structuredClone(definition));
assert.ok(valid, `the document is not valid: ${JSON.stringify(errors, null, 2)}`);
console.log('ok   the document is valid OpenAPI 3.1');

// client gives a client of the document's operations, with a session if there is one.
async function client(session) {
  const headers = session ? { ...keys, 'X-Parse-Session-Token': session } : keys;
  const made = new OpenAPIClientAxios({ definition: structuredClone(definition), withServer: { url }, axiosConfigDefaults: { headers } });
  return made.init();
}

const run = randomUUID().slice(0, 8);
const open = await client();
// person signs somebody up and gives the role, which takes the master key.
async function person(role) {
  const name = `openapi-${role}-${run}`;
  const user = await open.createUser(null, { username: name, password: `${name}-Pa55`, email: `${name}@example.com`, role: 'auditor', siteCode: 'PLANT-07' });
  const master = { ...keys, 'X-Parse-Master-Key': env('ISOAUDIT_PARSE_MASTER_KEY'), 'Content-Type': 'application/json' };
  const { results: [{ objectId }] } = await (await fetch(`${url}/roles?where=${encodeURIComponent(JSON.stringify({ name: role }))}`, { headers: master })).json();
  const put = await fetch(`${url}/roles/${objectId}`, { method: 'PUT', headers: master, body: JSON.stringify({ users: { __op: 'AddRelation', objects: [pointer('_User', user.data.objectId)] } }) });
  assert.equal(put.status, 200);
  const { data } = await open.logIn(null, { username: name, password: `${name}-Pa55` });
  return { id: data.objectId, ...await client(data.sessionToken) };
}
const pointer = (className, objectId) => ({ __type: 'Pointer', className, objectId });
const date = iso => ({ __type: 'Date', iso });

const auditor = await person('auditor');
const coordinator = await person('coordinator');
console.log('ok   createUser, logIn');

const { data: plan } = await coordinator.createAuditPlan(null, {
  auditRef: `OA-${run}`, standardClause: '8.5.1', scope: 'Assembly', siteCode: 'PLANT-07',
  leadAuditor: pointer('_User', auditor.id), plannedStartDate: date('2026-12-01T08:00:00.000Z'), status: 'planned',
});
await auditor.updateAuditPlan({ objectId: plan.objectId }, { status: 'in_progress' });
const { data: found } = await auditor.findAuditPlan({ where: JSON.stringify({ auditRef: `OA-${run}` }), include: 'leadAuditor' });
assert.equal(found.results.length, 1);
assert.equal(found.results[0].status, 'in_progress');
assert.equal(found.results[0].leadAuditor.objectId, auditor.id);
console.log('ok   createAuditPlan, updateAuditPlan, findAuditPlan');

const { data: finding } = await auditor.createAuditFinding(null, {
  findingRef: `OAF-${run}`, auditPlan: pointer('AuditPlan', plan.objectId), clause: '8.5.1', findingType: 'nonconformity', severity: 'minor',
  statement: 'The torque of the pump bolts is not recorded.', evidenceNote: 'Three of five job cards lack the value.', reportedBy: pointer('_User', auditor.id),
});
const { data: action } = await coordinator.createCorrectiveAction(null, {
  capaRef: `OAC-${run}`, finding: pointer('AuditFinding', finding.objectId), actionDescription: 'Add the torque to the job card.',
  owner: pointer('_User', auditor.id), dueDate: date('2026-12-15T00:00:00.000Z'), status: 'open', verificationNote: '-',
});
await auditor.updateCorrectiveAction({ objectId: action.objectId }, { status: 'in_progress' });
console.log('ok   createAuditFinding, createCorrectiveAction, updateCorrectiveAction');

await assert.rejects(coordinator.updateCorrectiveAction({ objectId: action.objectId }, { status: 'closed' }), error => {
  assert.equal(error.response.data.code, 142);
  return true;
});
const { data: left } = await auditor.getCorrectiveAction({ objectId: action.objectId });
assert.equal(left.status, 'in_progress');
await auditor.logOut(null, {});
await assert.rejects(auditor.getCorrectiveAction({ objectId: action.objectId }), error => error.response.data.code === 209);
console.log('ok   the rules refuse a short cut; getCorrectiveAction, logOut');
