// Creating, reading, changing, deleting; every kind of value.
export default function (check, { Parse, assert, names, master, teams, scores, ada, rejects }) {
  const Note = names.Note;
  const roundTrip = async value => {
    const note = await new Parse.Object(Note, value).save();
    return new Parse.Query(Note).get(note.id);
  };

  check('a created object has id and dates', async () => {
    const note = await new Parse.Object(Note, { text: 'one' }).save();
    assert.match(note.id, /^[A-Za-z0-9]{10}$/);
    assert.ok(note.createdAt instanceof Date);
    assert.equal(note.createdAt.getTime(), note.updatedAt.getTime());
  });
  check('every kind of value comes back as it went', async () => {
    const values = {
      text: 'grüße, "quotes" \\ 日本 🚢', empty: '', number: 12.5, negative: -3, zero: 0, yes: true, no: false,
      when: new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 789)), list: [1, 'two', { three: [3] }, null, true],
      plain: { a: { b: [1, { c: null }] }, s: 'x' },
    };
    const note = await roundTrip(values);
    for (const [key, value] of Object.entries(values)) assert.deepEqual(note.get(key), value, key);
  });
  check('pointers, points and polygons come back', async () => {
    const area = new Parse.Polygon([[0, 0], [0, 2], [2, 2], [2, 0]]);
    const note = await roundTrip({ team: teams[0], where: new Parse.GeoPoint(53.5, -9.9), area });
    assert.equal(note.get('team').id, teams[0].id);
    assert.equal(note.get('team').className, names.Team);
    assert.ok(note.get('where').equals(new Parse.GeoPoint(53.5, -9.9)));
    assert.ok(note.get('area').containsPoint(new Parse.GeoPoint(1, 1)));
  });
  check('bytes come back', async () => {
    const note = await roundTrip({ raw: { __type: 'Bytes', base64: 'AQIDBA==' } });
    assert.deepEqual(note.get('raw'), { __type: 'Bytes', base64: 'AQIDBA==' });
  });
  check('dates and pointers inside lists and objects', async () => {
    const when = new Date(Date.UTC(2026, 5, 1));
    const note = await roundTrip({ mixedList: [when, teams[1]], mixed: { when, team: teams[1] } });
    assert.equal(note.get('mixedList')[0].getTime(), when.getTime());
    assert.equal(note.get('mixedList')[1].id, teams[1].id);
    assert.equal(note.get('mixed').when.getTime(), when.getTime());
    assert.equal(note.get('mixed').team.id, teams[1].id);
  });
  check('a change touches only what it names', async () => {
    const note = await new Parse.Object(Note, { text: 'before', number: 1 }).save();
    const same = Parse.Object.fromJSON({ className: Note, objectId: note.id });
    await same.save({ text: 'after' });
    const read = await new Parse.Query(Note).get(note.id);
    assert.deepEqual([read.get('text'), read.get('number')], ['after', 1]);
    assert.ok(read.updatedAt >= note.createdAt);
  });
  check('a save sends and clears what is dirty', async () => {
    const note = new Parse.Object(Note, { text: 'x' });
    assert.ok(note.dirty('text'));
    await note.save();
    assert.ok(!note.dirty());
  });
  check('fetch reads again', async () => {
    const note = await new Parse.Object(Note, { text: 'old' }).save();
    await Parse.Object.fromJSON({ className: Note, objectId: note.id }).save({ text: 'new' });
    await note.fetch();
    assert.equal(note.get('text'), 'new');
  });
  check('fetchWithInclude brings the pointer', async () => {
    const note = await new Parse.Object(Note, { team: Parse.Object.createWithoutData.call(Parse.Object.extend(names.Team), teams[2].id) }).save();
    await note.fetchWithInclude('team');
    assert.equal(note.get('team').get('name'), 'Tower');
  });
  check('fetchAll and fetchAllIfNeeded', async () => {
    const bare = scores.slice(0, 3).map(s => Parse.Object.fromJSON({ className: names.Score, objectId: s.id }));
    await Parse.Object.fetchAll(bare);
    assert.deepEqual(bare.map(s => s.get('n')), [1, 2, 3]);
  });
  check('a deleted object is gone (101)', async () => {
    const note = await new Parse.Object(Note, { text: 'x' }).save();
    await note.destroy();
    await rejects(new Parse.Query(Note).get(note.id), 101);
  });
  check('changing what does not exist is 101', () =>
    rejects(Parse.Object.fromJSON({ className: Note, objectId: 'missing000' }).save({ text: 'x' }), 101));
  check('deleting what does not exist is 101', () =>
    rejects(Parse.Object.fromJSON({ className: Note, objectId: 'missing000' }).destroy(), 101));
  check('a value of the wrong type is 111', () => rejects(new Parse.Object(names.Score, { n: 'text' }).save(), 111));
  check('a pointer to another class is 111', () => rejects(new Parse.Object(names.Score, { team: scores[0] }).save(), 111));
  check('exists', async () => {
    assert.equal(await scores[0].exists(), true);
    assert.equal(await Parse.Object.fromJSON({ className: Note, objectId: 'missing000' }).exists(), false);
  });
  check('a class made by extend', async () => {
    const Team = Parse.Object.extend(names.Team);
    assert.equal((await new Parse.Query(Team).get(teams[0].id)).get('city'), 'Kiel');
  });
  check('unsaved children are saved first', async () => {
    const team = new Parse.Object(names.Team, { name: 'Child' });
    await new Parse.Object(Note, { team }).save();
    assert.ok(team.id);
    assert.equal((await new Parse.Query(names.Team).get(team.id)).get('name'), 'Child');
  });
  check('an object saved with a context and the master key', async () => {
    const note = await new Parse.Object(Note, { text: 'x' }).save(null, { ...master, context: { why: 'check' } });
    assert.ok(note.id);
  });
  check('a pointer to a user', async () => {
    const note = await roundTrip({ author: ada });
    assert.equal(note.get('author').id, ada.id);
    assert.equal(note.get('author').className, '_User');
  });
}
