// Atomic operations on one field.
export default function (check, { Parse, assert, names }) {
  const Note = names.Note;
  const start = value => new Parse.Object(Note, value).save();
  const stored = async note => new Parse.Query(Note).get(note.id);

  check('increment and decrement', async () => {
    const note = await start({ count: 1 });
    note.increment('count', 4);
    await note.save();
    note.decrement('count');
    await note.save();
    assert.equal(note.get('count'), 4);
    assert.equal((await stored(note)).get('count'), 4);
  });
  check('twenty increments at once all count', async () => {
    const note = await start({ count: 0 });
    await Promise.all(Array.from({ length: 20 }, () => {
      const same = Parse.Object.fromJSON({ className: Note, objectId: note.id });
      same.increment('count');
      return same.save();
    }));
    assert.equal((await stored(note)).get('count'), 20);
  });
  check('add, addUnique, remove', async () => {
    const note = await start({ items: ['a', 'b'] });
    note.add('items', 'c');
    await note.save();
    note.addAllUnique('items', ['c', 'd']);
    await note.save();
    note.remove('items', 'a');
    await note.save();
    assert.deepEqual([...(await stored(note)).get('items')].sort(), ['b', 'c', 'd']);
  });
  check('unset clears', async () => {
    const note = await start({ text: 'x' });
    note.unset('text');
    await note.save();
    assert.equal((await stored(note)).has('text'), false);
  });
  check('set to null clears', async () => {
    const note = await start({ text: 'x' });
    note.set('text', null);
    await note.save();
    assert.equal((await stored(note)).get('text') ?? null, null);
  });
  check('operations on a new object', async () => {
    const note = new Parse.Object(Note);
    note.increment('count', 3);
    note.add('items', 'first');
    await note.save();
    const read = await stored(note);
    assert.equal(read.get('count'), 3);
    assert.deepEqual(read.get('items'), ['first']);
  });
  check('nested keys of an object', async () => {
    const note = await start({ plain: { a: 1, b: 2 } });
    note.set('plain.a', 5);
    await note.save();
    assert.deepEqual((await stored(note)).get('plain'), { a: 5, b: 2 });
  });
  check('an increment below an object', async () => {
    const note = await start({ plain: { hits: 1 } });
    note.increment('plain.hits', 2);
    await note.save();
    assert.equal((await stored(note)).get('plain').hits, 3);
  });
  check('revert forgets', async () => {
    const note = await start({ text: 'kept' });
    note.set('text', 'forgotten');
    note.revert('text');
    assert.equal(note.get('text'), 'kept');
  });
}
