// What comes back: order, pages, keys, includes, counts, iteration.
export default function (check, { Parse, assert, names, rows, teams, scores, master, query, rejects }) {
  const ns = found => found.map(s => s.get('n'));

  check('ascending and descending', async () => {
    assert.deepEqual(ns(await query().ascending('n').find()), rows.map(r => r.n));
    assert.deepEqual(ns(await query().descending('n').limit(3).find()), [12, 11, 10]);
  });
  check('two sort keys', async () => {
    const expected = [...rows].sort((a, b) => Number(a.even) - Number(b.even) || b.n - a.n).map(r => r.n);
    assert.deepEqual(ns(await query().ascending('even').addDescending('n').find()), expected);
  });
  check('skip and limit', async () => assert.deepEqual(ns(await query().ascending('n').skip(4).limit(3).find()), [5, 6, 7]));
  check('first', async () => assert.equal((await query().descending('n').first()).get('n'), 12));
  check('first of nothing', async () => assert.equal(await query().equalTo('n', 99).first(), undefined));
  check('get', async () => assert.equal((await query().get(scores[2].id)).get('n'), 3));
  check('count', async () => assert.equal(await query().greaterThan('n', 7).count(), 5));
  check('withCount', async () => {
    const { results, count } = await query().withCount().lessThan('n', 9).limit(2).ascending('n').find();
    assert.deepEqual([ns(results), count], [[1, 2], 8]);
  });
  check('limit 0 with count', async () => {
    const { results, count } = await query().withCount().limit(0).find();
    assert.deepEqual([results.length, count], [0, 12]);
  });
  check('select', async () => {
    const found = await query().equalTo('n', 3).select('n').first();
    assert.equal(found.get('n'), 3);
    assert.equal(found.get('name'), undefined);
    assert.ok(found.createdAt instanceof Date);
  });
  check('exclude', async () => {
    const found = await query().equalTo('n', 3).exclude('name', 'meta').first();
    assert.equal(found.get('name'), undefined);
    assert.equal(found.get('n'), 3);
  });
  check('include', async () => {
    const found = await query().equalTo('n', 4).include('team').first();
    assert.equal(found.get('team').get('name'), teams[1].get('name'));
  });
  check('include over two pointers', async () => {
    const note = await new Parse.Object(names.Note, { score: scores[3] }).save();
    const found = await new Parse.Query(names.Note).include('score.team').get(note.id);
    assert.equal(found.get('score').get('team').get('city'), 'Essen');
  });
  check('includeAll', async () => {
    const found = await query().equalTo('n', 5).includeAll().first();
    assert.equal(found.get('team').get('name'), 'Tower');
  });
  check('include in a list of pointers', async () => {
    const note = await new Parse.Object(names.Note, { crew: [teams[2], teams[0]] }).save();
    const found = await new Parse.Query(names.Note).include('crew').get(note.id);
    assert.deepEqual(found.get('crew').map(t => t.get('name')), ['Tower', 'Harbour']);
  });
  check('select a field of an included object', async () => {
    const found = await query().equalTo('n', 4).include('team').select('n', 'team.city').first();
    assert.equal(found.get('team').get('city'), 'Essen');
    assert.equal(found.get('team').get('name'), undefined);
  });
  check('an unknown key to include changes nothing', async () => assert.equal((await query().equalTo('n', 4).include('nothing').find()).length, 1));
  check('each', async () => {
    const seen = [];
    await query().each(s => { seen.push(s.get('n')); }, { batchSize: 5 });
    assert.deepEqual(seen.sort((a, b) => a - b), rows.map(r => r.n));
  });
  check('eachBatch', async () => {
    const sizes = [];
    await query().eachBatch(batch => { sizes.push(batch.length); }, { batchSize: 5 });
    assert.deepEqual(sizes, [5, 5, 2]);
  });
  check('findAll', async () => assert.equal((await query().findAll({ batchSize: 5 })).length, 12));
  check('map, reduce, filter', async () => {
    assert.equal(await query().reduce((sum, s) => sum + s.get('n'), 0), 78);
    assert.equal((await query().filter(s => s.get('even'))).length, 6);
  });
  check('distinct', async () => assert.deepEqual((await query().distinct('even', master)).sort(), [false, true]));
  check('distinct with a condition', async () => assert.deepEqual((await query().lessThan('n', 3).distinct('n')).sort(), [1, 2]));
  check('aggregate group', async () => {
    const found = await query().aggregate([{ $group: { _id: '$even', total: { $sum: '$n' } } }]);
    assert.deepEqual(found.map(g => [g.objectId, g.total]).sort(), [[false, 36], [true, 42]]);
  });
  check('aggregate match, sort, limit', async () => {
    const found = await query().aggregate([{ $match: { n: { $gt: 4 } } }, { $sort: { n: -1 } }, { $limit: 2 }]);
    assert.deepEqual(found.map(s => s.n), [12, 11]);
  });
  check('a query from JSON', async () => {
    const copy = Parse.Query.fromJSON(names.Score, query().greaterThan('n', 10).ascending('n').toJSON());
    assert.deepEqual(ns(await copy.find()), [11, 12]);
  });
  check('a query of a class that does not exist', () => rejects(new Parse.Query(`Nothing${names.Score}`).find(), 119));
}
