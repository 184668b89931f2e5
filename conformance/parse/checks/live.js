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
  check('a change of the ACL takes an object away and gives it back', async () => {
    const acl = (...readers) => {
      const list = new Parse.ACL(ada);
      for (const user of readers) list.setReadAccess(user, true);
      return list;
    };
    const events = await watch(tagged('granted'), async () => {
      const note = new Parse.Object(names.Note, { live: 'granted', text: 'hidden' });
      note.setACL(acl());
      await note.save(null, as(ada));
      note.setACL(acl(ben));
      await note.save({ text: 'shown' }, as(ada));
      note.setACL(acl());
      await note.save({ text: 'hidden again' }, as(ada));
    }, { expect: 2, token: ben.getSessionToken() });
    assert.deepEqual(events.map(([event]) => event), ['enter', 'leave']);
    assert.equal(events[0][1], 'shown');
    assert.notEqual(events[1][1], 'hidden again', 'ben may not read that any more');
  });
  check('nothing arrives after unsubscribe', async () => {
    const first = await tagged('ended').subscribe();
    const late = [];
    first.on('create', object => late.push(object.get('text')));
    const events = await watch(tagged('ended'), async () => { // keeps the connection
      await first.unsubscribe();
      await new Parse.Object(names.Note, { live: 'ended', text: 'one' }).save();
    }, { expect: 1 });
    assert.deepEqual(events, [['create', 'one']]);
    assert.deepEqual(late, []);
  });
  // Only the server of conformance/embedded can be restarted from here.
  if (process.env.ISOAUDIT_PARSE_RESTART) check('a subscription survives a restart of the server', async () => {
    const subscription = await tagged('restart').subscribe(ada.getSessionToken());
    const opened = () => new Promise(resolve => subscription.on('open', resolve));
    await opened(); // the SDK says so a moment late
    const heard = [];
    let told;
    const nextEvent = () => new Promise(resolve => { told = resolve; });
    for (const event of ['create', 'update', 'enter', 'leave', 'delete']) {
      subscription.on(event, object => { heard.push([event, object.get('text')]); told?.(); });
    }
    const hidden = new Parse.ACL(ada);
    const save = (text, note = new Parse.Object(names.Note, { live: 'restart' })) => {
      note.setACL(hidden);
      return note.save({ text }, as(ada));
    };
    let next = nextEvent();
    const note = await save('before');
    await next;

    const again = opened(); // connected and subscribed again, with the session of before
    process.kill(Number(process.env.ISOAUDIT_PARSE_RESTART), 'SIGHUP');
    await again;
    next = nextEvent();
    await save('after', note);
    await next;
    next = nextEvent();
    await save('new');
    await next;
    await subscription.unsubscribe();
    assert.deepEqual(heard, [['create', 'before'], ['update', 'after'], ['create', 'new']]);
  });
  check('only what the query finds', async () => {
    const events = await watch(tagged('numbers').greaterThan('seq', 5), async () => {
      await new Parse.Object(names.Note, { live: 'numbers', seq: 3, text: 'low' }).save();
      await new Parse.Object(names.Note, { live: 'numbers', seq: 8, text: 'high' }).save();
    }, { expect: 1 });
    assert.deepEqual(events, [['create', 'high']]);
  });
}
