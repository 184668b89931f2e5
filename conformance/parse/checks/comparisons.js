// Every operator on the values of a row, against rows computed here.
import { day } from './setup.js';

export default function (check, { Parse, assert, names, rows, scores, matches, rejects, query }) {
  const find = (name, build, predicate, { atLeast = 1 } = {}) =>
    check(name, async () => {
      const q = query();
      const found = await matches(build(q) ?? q, predicate);
      assert.ok(found.length >= atLeast && found.length < rows.length, 'the case shows nothing');
    });

  find('equalTo a number', q => q.equalTo('n', 5), r => r.n === 5);
  find('equalTo a text', q => q.equalTo('name', 'beta 5'), r => r.name === 'beta 5');
  find('equalTo a boolean', q => q.equalTo('even', true), r => r.even);
  find('equalTo a date', q => q.equalTo('day', day(4)), r => r.n === 4);
  find('equalTo a member of a list', q => q.containedIn('tags', ['t2']), r => r.tags.includes('t2'));
  find('notEqualTo', q => q.notEqualTo('n', 5), r => r.n !== 5);
  find('notEqualTo matches the missing', q => q.notEqualTo('name', 'beta 5'), r => r.name !== 'beta 5');
  find('lessThan', q => q.lessThan('n', 4), r => r.n < 4);
  find('lessThanOrEqualTo', q => q.lessThanOrEqualTo('n', 4), r => r.n <= 4);
  find('greaterThan', q => q.greaterThan('n', 9), r => r.n > 9);
  find('greaterThanOrEqualTo', q => q.greaterThanOrEqualTo('n', 9), r => r.n >= 9);
  find('a range of dates', q => q.greaterThanOrEqualTo('day', day(3)).lessThan('day', day(6)), r => r.day >= day(3) && r.day < day(6));
  find('a range of texts', q => q.greaterThan('name', 'b').lessThan('name', 'c'), r => r.name > 'b' && r.name < 'c');
  find('containedIn', q => q.containedIn('n', [1, 3, 99]), r => [1, 3].includes(r.n));
  find('notContainedIn', q => q.notContainedIn('n', [1, 2, 3]), r => ![1, 2, 3].includes(r.n));
  find('containedBy', q => q.containedBy('tags', ['t0', 't1', 't2']), r => r.tags.every(t => ['t0', 't1', 't2'].includes(t)));
  find('containsAll', q => q.containsAll('tags', ['t1', 't2']), r => ['t1', 't2'].every(t => r.tags.includes(t)));
  find('containsAllStartingWith', q => q.containsAllStartingWith('tags', ['t4']), r => r.tags.some(t => t.startsWith('t4')));
  find('exists', q => q.exists('name'), r => 'name' in r);
  find('doesNotExist', q => q.doesNotExist('team'), r => !('team' in r));
  find('equalTo undefined means missing', q => q.equalTo('name', undefined), r => !('name' in r));
  find('startsWith', q => q.startsWith('name', 'alpha'), r => r.name?.startsWith('alpha'));
  find('endsWith', q => q.endsWith('name', '1'), r => r.name?.endsWith('1'));
  find('contains', q => q.contains('name', 'lta'), r => r.name?.includes('lta'));
  find('startsWith takes characters of patterns literally', q => q.contains('name', 'a 1'), r => r.name?.includes('a 1'));
  find('matches', q => q.matches('name', /^(alpha|Gamma) \d$/), r => /^(alpha|Gamma) \d$/.test(r.name ?? ''));
  find('matches without case', q => q.matches('name', 'GAMMA', 'i'), r => /GAMMA/i.test(r.name ?? ''));
  find('equalTo below an object', q => q.equalTo('meta.level', 2), r => r.meta.level === 2);
  find('a range below an object', q => q.greaterThan('meta.level', 1), r => r.meta.level > 1);
  find('equalTo two levels below', q => q.equalTo('meta.label.text', 'L7'), r => r.n === 7);
  find('two conditions on one field', q => q.greaterThan('n', 3).notEqualTo('n', 5).lessThan('n', 7), r => [4, 6].includes(r.n));
  find('equalTo objectId', q => q.equalTo('objectId', scores[6].id), r => r.n === 7);
  find('containedIn objectId', q => q.containedIn('objectId', [scores[1].id, scores[2].id]), r => [2, 3].includes(r.n));

  const n = condition => condition(query());
  find('or', () => Parse.Query.or(n(q => q.lessThan('n', 3)), n(q => q.equalTo('even', true).greaterThan('n', 8))), r => r.n < 3 || (r.even && r.n > 8));
  find('and', () => Parse.Query.and(n(q => q.greaterThan('n', 3)), n(q => q.equalTo('even', true))), r => r.n > 3 && r.even);
  find('nor', () => Parse.Query.nor(n(q => q.lessThan('n', 10)), n(q => q.equalTo('n', 12))), r => !(r.n < 10) && r.n !== 12);
  find('or inside and', () =>
    Parse.Query.and(Parse.Query.or(n(q => q.equalTo('n', 2)), n(q => q.equalTo('n', 3)), n(q => q.equalTo('n', 4))), n(q => q.equalTo('even', true))),
    r => [2, 4].includes(r.n));

  check('fullText', async () => {
    const found = await query().fullText('name', 'gamma').find();
    assert.deepEqual(found.map(s => s.get('n')).sort((a, b) => a - b), rows.filter(r => /gamma/i.test(r.name ?? '')).map(r => r.n));
  });
  check('an unknown operator is an error', () => rejects(query()._addCondition('n', '$size', 2).find(), 102, 107, 119));
  check('a bad field name is an error', () => rejects(query().equalTo('bad-name', 1).find(), 105));
  check('a bad option of a pattern is 102', () => rejects(query().matches('name', 'x', 'q').find(), 102));
}
