// Cloud functions and triggers: see ../cloud.js.
export default function (check, { Parse, assert, names, teams, ada, as, rejects }) {
  check('parameters and results keep their types', async () => {
    const when = new Date(Date.UTC(2026, 2, 4));
    const back = await Parse.Cloud.run('checkEcho', { when, text: 'x', list: [1, null], nested: { a: true } });
    assert.deepEqual(back, { when, text: 'x', list: [1, null], nested: { a: true } });
  });
  check('a function knows its caller', async () => {
    assert.equal(await Parse.Cloud.run('checkWhoAmI', {}, as(ada)), ada.getUsername());
    assert.equal(await Parse.Cloud.run('checkWhoAmI'), null);
  });
  check('its own error code comes through', async () => {
    const error = await rejects(Parse.Cloud.run('checkFail', { code: 4242, message: 'not today' }), 4242);
    assert.equal(error.message, 'not today');
  });
  check('a plain error is 141', async () => {
    const error = await rejects(Parse.Cloud.run('checkFail', { message: 'broken' }), 141);
    assert.equal(error.message, 'broken');
  });
  check('a function for members only', async () => {
    await rejects(Parse.Cloud.run('checkMembersOnly'), 142);
    assert.equal(await Parse.Cloud.run('checkMembersOnly', {}, as(ada)), 'welcome');
  });
  check('a trigger changes what is saved', async () => {
    const object = await new Parse.Object(names.Guarded, { text: 'x' }).save();
    assert.equal(object.get('stamp'), 'checked');
    assert.equal((await new Parse.Query(names.Guarded).get(object.id)).get('stamp'), 'checked');
  });
  check('a trigger refuses a save', () => rejects(new Parse.Object(names.Guarded, { refuse: true }).save(), 4242));
  check('a trigger refuses a delete', async () => {
    const object = await new Parse.Object(names.Guarded, { keep: true }).save();
    await rejects(object.destroy(), 4243);
  });
  check('a refused item of a batch says so', async () => {
    const items = [{ text: 'a' }, { refuse: true }, { text: 'b' }].map(v => new Parse.Object(names.Guarded, v));
    await rejects(Parse.Object.saveAll(items), 4242);
    assert.ok(items[0].id && items[2].id && !items[1].id);
    assert.equal(teams.length, 3);
  });
}
