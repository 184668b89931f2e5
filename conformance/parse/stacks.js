// The cards of docs/stacks.md that say they are run here, as written but for the server,
// the keys and the user, against the server in ISOAUDIT_PARSE_URL:
//
//   make stacks
//   conformance/run.sh conformance/stacks.sh
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const env = name => process.env['ISOAUDIT_PARSE_' + name] ?? (console.error(`ISOAUDIT_PARSE_${name} is not set`), process.exit(2));
const url = env('URL');
const password = 'Stacks-' + Math.random().toString(36).slice(2);
const name = 'lena-' + Math.random().toString(36).slice(2);
const reference = 'IA-' + Math.random().toString(36).slice(2).toUpperCase();

async function call(method, path, body) {
  const headers = { 'X-Parse-Application-Id': env('APP_ID'), 'X-Parse-Master-Key': env('MASTER_KEY'), 'Content-Type': 'application/json' };
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const user = await call('POST', '/users', { username: name, password, email: name + '@pumps.example', fullName: 'Lena Brandt', role: 'auditor', siteCode: 'SITE-01', active: true });
const lena = { __type: 'Pointer', className: '_User', objectId: user.objectId };
await call('POST', '/classes/AuditPlan', {
  auditRef: reference, standardClause: '8.5', scope: 'Assembly', siteCode: 'SITE-01', status: 'planned', leadAuditor: lena,
  plannedStartDate: { __type: 'Date', iso: '2020-01-01T08:00:00.000Z' }, ACL: { [user.objectId]: { read: true } },
});

const page = readFileSync(new URL('../../docs/stacks.md', import.meta.url), 'utf8');
const real = card => card
  .replaceAll('https://parse.example/parse', url).replaceAll('https://parse.example/graphql', env('GRAPHQL_URL'))
  .replaceAll('APP_ID', env('APP_ID')).replaceAll('REST_KEY', env('REST_KEY')).replaceAll('JS_KEY', env('JS_KEY'))
  .replace(/(["'])lena(\\?["'])/g, `$1${name}$2`).replaceAll('her-password', password);
const run = {
  sh: card => execFileSync('bash', ['-euo', 'pipefail', '-c', card], { encoding: 'utf8' }),
  js: card => {
    const file = new URL('./card.mjs', import.meta.url); // where the Parse SDK is installed
    writeFileSync(file, card);
    try { return execFileSync(process.execPath, [file.pathname], { encoding: 'utf8' }); } finally { rmSync(file); }
  },
};

let cards = 0;
for (const [, stack, anchor] of page.matchAll(/^\| \[(.+?)\]\(#(.+?)\) \|.*\| in CI.*\|$/gm)) {
  const section = page.split('\n## ').find(text => text.startsWith(stack + '\n'));
  const [, language, card] = /```(sh|js)\n([\s\S]*?)```/.exec(section ?? '') ?? [];
  if (!card) throw new Error(`docs/stacks.md says that ${stack} (#${anchor}) is run, and has no code for it that could be`);
  const output = run[language](real(card));
  if (!output.includes(reference)) throw new Error(`${stack}: the plan is not among the answer:\n${output.slice(0, 500)}`);
  console.log(`ok   ${stack}`);
  cards++;
}
if (cards === 0) throw new Error('docs/stacks.md names no card that is run');
