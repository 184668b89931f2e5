// Live queries over the WebSocket.
export default function (check, { Parse, assert, names, ada, ben, as }) {
  // watch(query, act): what the subscription reports while act runs, as [event, value of `text`].
  const watch = async (query, act, { expect, token }) => {
    const subscription = await query.subscribe(token);
    const events = [];
    const done = new Promise(resolve => {
      for (const event of ['create', 'update', 'enter', 'leave', 'delete']) {
        subscription.on(event, object => {
          events.push([event, object.get('text')]);
          if (events.length === expect) resolve();
        });
      }
    });
    try {
      await act();
      await done;
    } finally {
      await subscription.unsubscribe();
    }
    return events;
  };
  const tagged = tag => new Parse.Query(names.Note).equalTo('live', tag);

  check('create, update, delete', async () => {
    const events = await watch(tagged('simple'), async () => {
      const note = await new Parse.Object(names.Note, { live: 'simple', text: 'one' }).save();
      await note.save({ text: 'two' });
      await note.destroy();
    }, { expect: 3 });
    assert.deepEqual(events, [['create', 'one'], ['update', 'two'], ['delete', 'two']]);
  });
  check('enter and leave', async () => {
    const events = await watch(tagged('inside'), async () => {
      const note = await new Parse.Object(names.Note, { live: 'outside', text: 'x' }).save();
      await note.save({ live: 'inside' });
      await note.save({ live: 'outside' });
    }, { expect: 2 });
    assert.deepEqual(events, [['enter', 'x'], ['leave', 'x']]);
  });
  check('an ACL holds for events', async () => {
    const acl = new Parse.ACL(ada);
    const save = text => {
      const note = new Parse.Object(names.Note, { live: 'acl', text });
      if (text === 'private') note.setACL(acl);
      return note.save(null, as(ada));
    };
    const act = async () => { await save('private'); await save('public'); };
    const forAda = watch(tagged('acl'), async () => {}, { expect: 2, token: ada.getSessionToken() });
    const forBen = watch(tagged('acl'), act, { expect: 1, token: ben.getSessionToken() });
    assert.deepEqual(await forBen, [['create', 'public']]);
    assert.deepEqual(await forAda, [['create', 'private'], ['create', 'public']]);
  });
  check('a changed query under one subscription', async () => {
    const events = await watch(tagged('numbers').greaterThan('seq', 5), async () => {
      await new Parse.Object(names.Note, { live: 'numbers', seq: 3, text: 'low' }).save();
      await new Parse.Object(names.Note, { live: 'numbers', seq: 8, text: 'high' }).save();
    }, { expect: 1 });
    assert.deepEqual(events, [['create', 'high']]);
  });
}
