// saveAll, destroyAll, transactions, request ids.
export default function (check, { Parse, assert, names, master, rejects }) {
  const notes = (n, value = {}) => Array.from({ length: n }, (_, i) => new Parse.Object(names.Note, { seq: i, ...value }));
  const count = group => new Parse.Query(names.Note).equalTo('batch', group).count();

  check('saveAll creates', async () => {
    await Parse.Object.saveAll(notes(45, { batch: 'create' }));
    assert.equal(await count('create'), 45);
  });
  check('saveAll creates and changes together', async () => {
    const [a] = await Parse.Object.saveAll(notes(1, { batch: 'mix' }));
    a.set('seq', 77);
    await Parse.Object.saveAll([a, ...notes(2, { batch: 'mix' })]);
    assert.equal(await count('mix'), 3);
    assert.equal((await new Parse.Query(names.Note).get(a.id)).get('seq'), 77);
  });
  check('one bad item fails, the others are saved', async () => {
    const items = notes(3, { batch: 'partly' });
    items[1].set('seq', 'text');
    await rejects(Parse.Object.saveAll(items), 111);
    assert.equal(await count('partly'), 2);
  });
  check('destroyAll', async () => {
    const items = await Parse.Object.saveAll(notes(25, { batch: 'destroy' }));
    await Parse.Object.destroyAll(items);
    assert.equal(await count('destroy'), 0);
  });
  check('destroyAll reports what was missing', async () => {
    const items = await Parse.Object.saveAll(notes(2, { batch: 'half' }));
    const error = await rejects(Parse.Object.destroyAll([items[0], Parse.Object.fromJSON({ className: names.Note, objectId: 'missing000' }), items[1]]), Parse.Error.AGGREGATE_ERROR);
    assert.deepEqual(error.errors.map(e => e.code), [101]);
    assert.equal(await count('half'), 0);
  });
  check('a transaction saves all', async () => {
    await Parse.Object.saveAll(notes(5, { batch: 'all' }), { transaction: true });
    assert.equal(await count('all'), 5);
  });
  check('a transaction saves nothing', async () => {
    const items = notes(5, { batch: 'nothing' });
    items[3].set('seq', 'text');
    await assert.rejects(Parse.Object.saveAll(items, { transaction: true }));
    assert.equal(await count('nothing'), 0);
  });
  check('a request id is honoured once', async () => {
    Parse.idempotency = true;
    try {
      const note = await new Parse.Object(names.Note, { batch: 'once' }).save();
      assert.ok(note.id);
      assert.equal(await count('once'), 1);
    } finally {
      Parse.idempotency = false;
    }
  });
  check('a batch may hold operations', async () => {
    const items = await Parse.Object.saveAll(notes(3, { batch: 'ops' }));
    items.forEach(item => item.increment('seq', 10));
    await Parse.Object.saveAll(items, master);
    assert.deepEqual(items.map(i => i.get('seq')), [10, 11, 12]);
  });
}
