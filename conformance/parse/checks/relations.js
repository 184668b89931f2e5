// Relations.
export default function (check, { Parse, assert, names, teams }) {
  const owner = async (...members) => {
    const note = new Parse.Object(names.Note, { text: 'owner' });
    note.relation('guests').add(members);
    return note.save();
  };
  const guests = async note => (await note.relation('guests').query().find()).map(t => t.id).sort();
  const ids = (...list) => list.map(t => t.id).sort();

  check('add members', async () => assert.deepEqual(await guests(await owner(teams[0], teams[1])), ids(teams[0], teams[1])));
  check('remove members', async () => {
    const note = await owner(teams[0], teams[1]);
    note.relation('guests').remove(teams[0]);
    await note.save();
    assert.deepEqual(await guests(note), ids(teams[1]));
  });
  check('add and remove in one save', async () => {
    const note = await owner(teams[0]);
    note.relation('guests').add(teams[2]);
    note.relation('guests').remove(teams[0]);
    await note.save();
    assert.deepEqual(await guests(note), ids(teams[2]));
  });
  check('adding twice is one member', async () => {
    const note = await owner(teams[0]);
    note.relation('guests').add(teams[0]);
    await note.save();
    assert.deepEqual(await guests(note), ids(teams[0]));
  });
  check('conditions on members', async () => {
    const note = await owner(...teams);
    const found = await note.relation('guests').query().equalTo('city', 'Ulm').find();
    assert.deepEqual(found.map(t => t.id), [teams[2].id]);
    assert.equal(await note.relation('guests').query().count(), 3);
  });
  check('owners by member', async () => {
    const member = await new Parse.Object(names.Team, { name: 'Lone' }).save();
    const note = await owner(member);
    const found = await new Parse.Query(names.Note).equalTo('guests', member).find();
    assert.deepEqual(found.map(n => n.id), [note.id]);
  });
  check('a relation read again knows its class', async () => {
    const note = await owner(teams[1]);
    const read = await new Parse.Query(names.Note).get(note.id);
    assert.equal(read.relation('guests').targetClassName, names.Team);
    assert.deepEqual(await guests(read), ids(teams[1]));
  });
}
