// Conditions on other rows: pointers, inner queries, keys.
export default function (check, { Parse, assert, names, teams, matches, query }) {
  const team = r => r.team?.id;

  check('equalTo a pointer', () => matches(query().equalTo('team', teams[1]), r => team(r) === teams[1].id));
  check('containedIn pointers', () => matches(query().containedIn('team', [teams[0], teams[2]]), r => [teams[0].id, teams[2].id].includes(team(r))));
  check('matchesQuery', () =>
    matches(query().matchesQuery('team', new Parse.Query(names.Team).equalTo('city', 'Essen')), r => team(r) === teams[1].id));
  check('doesNotMatchQuery', () =>
    matches(query().exists('team').doesNotMatchQuery('team', new Parse.Query(names.Team).equalTo('city', 'Essen')), r => team(r) && team(r) !== teams[1].id));
  check('an inner query within an inner query', async () => {
    const inner = query().matchesQuery('team', new Parse.Query(names.Team).startsWith('city', 'U'));
    const first = await inner.first();
    const note = await new Parse.Object(names.Note, { score: first }).save();
    const found = await new Parse.Query(names.Note).matchesQuery('score', inner).find();
    assert.deepEqual(found.map(n => n.id), [note.id]);
  });
  check('matchesKeyInQuery', async () => {
    await new Parse.Object(names.Note, { wanted: 'beta 5', group: 'keys' }).save();
    await new Parse.Object(names.Note, { wanted: 'alpha 8', group: 'keys' }).save();
    await matches(query().matchesKeyInQuery('name', 'wanted', new Parse.Query(names.Note).equalTo('group', 'keys')), r => ['beta 5', 'alpha 8'].includes(r.name));
  });
  check('doesNotMatchKeyInQuery', () =>
    matches(query().exists('name').doesNotMatchKeyInQuery('name', 'wanted', new Parse.Query(names.Note).equalTo('group', 'keys')),
      r => r.name && !['beta 5', 'alpha 8'].includes(r.name)));
}
