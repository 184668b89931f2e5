// What all checks start from: classes of their own, two users, twelve scores.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

const run = randomBytes(4).toString('hex'); // names of this run, so that runs can share a server

const open = {
  find: { '*': true }, get: { '*': true }, count: { '*': true }, create: { '*': true },
  update: { '*': true }, delete: { '*': true }, addField: { '*': true },
};

export const day = n => new Date(Date.UTC(2026, 0, n, 8, 30, 0, 125));

export async function setUp(Parse) {
  const master = { useMasterKey: true };
  const names = {
    Score: `CheckScore${run}`, Team: `CheckTeam${run}`, Note: `CheckNote${run}`,
    Guarded: 'CheckGuarded', // cloud code names it
  };

  const make = async (name, build) => {
    const schema = new Parse.Schema(name);
    build?.(schema);
    schema.setCLP(open);
    await schema.save();
  };
  await make(names.Team, s => s.addString('name').addString('city'));
  await make(names.Score, s =>
    s.addString('name').addNumber('n').addBoolean('even').addDate('day').addArray('tags').addObject('meta')
      .addGeoPoint('spot').addPolygon('area').addPointer('team', names.Team).addPointer('other', names.Team));
  await make(names.Note);
  await make(names.Guarded, s => s.addBoolean('refuse').addBoolean('keep').addString('stamp').addString('text'))
    .catch(error => { if (error.code !== 103) throw error; }); // it stays from an earlier run

  const teams = ['Harbour', 'Mill', 'Tower'].map((name, i) =>
    new Parse.Object(names.Team, { name, city: ['Kiel', 'Essen', 'Ulm'][i] }));
  await Parse.Object.saveAll(teams);

  // Scores 1 to 12; 11 has no name, 12 has no team; membership is computed from `rows`, not by a server.
  const rows = [];
  for (let n = 1; n <= 12; n++) {
    rows.push({
      n, even: n % 2 === 0, day: day(n),
      ...(n === 11 ? {} : { name: ['alpha', 'beta', 'Gamma', 'delta'][n % 4] + ' ' + n }),
      tags: ['t' + (n % 3), 't' + (n % 5)].filter((t, i, all) => all.indexOf(t) === i),
      meta: { level: n % 4, label: { text: 'L' + n } },
      spot: new Parse.GeoPoint(50 + n / 10, 8 + n / 10),
      ...(n === 12 ? {} : { team: teams[n % 3] }),
    });
  }
  const scores = rows.map(row => new Parse.Object(names.Score, row));
  await Parse.Object.saveAll(scores);

  const signUp = async (name, extra = {}) => {
    const user = new Parse.User({ username: `${name}-${run}`, password: `pw-${name}-${run}`, ...extra });
    await user.signUp();
    return user;
  };
  const ada = await signUp('ada', { email: `ada-${run}@example.com`, city: 'Kiel' });
  const ben = await signUp('ben');

  const as = user => ({ sessionToken: user.getSessionToken() });

  // rejects(promise, code): the promise fails with this Parse code.
  const rejects = async (promise, ...codes) => {
    let value;
    try { value = await promise; } catch (error) {
      assert.ok(codes.includes(error.code), `code ${error.code} (${error.message}), expected ${codes.join(' or ')}`);
      return error;
    }
    assert.fail(`succeeded with ${JSON.stringify(value)}, expected code ${codes.join(' or ')}`);
  };

  // matches(query, predicate): the query finds exactly the rows that satisfy the predicate.
  const matches = async (query, predicate) => {
    const found = (await query.limit(100).find()).map(score => score.get('n')).sort((a, b) => a - b);
    const expected = rows.filter(predicate).map(row => row.n);
    assert.deepEqual(found, expected);
    return found;
  };

  return { Parse, assert, run, master, names, open, teams, scores, rows, ada, ben, as, signUp, rejects, matches, query: () => new Parse.Query(names.Score) };
}
