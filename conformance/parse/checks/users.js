// Signing up, logging in, sessions.
export default function (check, { Parse, assert, run, master, ada, ben, as, signUp, rejects }) {
  check('signing up answers with an id and a session', async () => {
    assert.match(ada.id, /^[A-Za-z0-9]{10}$/);
    assert.match(ada.getSessionToken(), /^r:[0-9a-f]{32}$/);
    assert.ok(ada.get('createdAt') instanceof Date);
  });
  check('a user name taken is 202', () => rejects(signUp('ada'), 202));
  check('an e-mail taken is 203', () => rejects(signUp('anna', { email: `ada-${run}@example.com` }), 203));
  check('a bad e-mail is 125', () => rejects(signUp('bad', { email: 'nobody' }), 125));
  check('no password is refused', () => rejects(new Parse.User({ username: `x-${run}` }).signUp(), 201, -1));
  check('logging in again from one installation ends the session before', async () => {
    const first = await signUp('anja', { city: 'Kiel' });
    const second = await Parse.User.logIn(first.getUsername(), `pw-anja-${run}`);
    assert.equal(second.id, first.id);
    assert.equal(second.get('city'), 'Kiel');
    await rejects(Parse.User.me(first.getSessionToken()), 209);
    assert.equal((await Parse.User.me(second.getSessionToken())).id, first.id);
  });
  check('the password never comes back', async () => {
    const user = await new Parse.Query(Parse.User).get(ada.id, master);
    assert.equal(user.get('password'), undefined);
    assert.equal(user.get('_hashed_password'), undefined);
  });
  check('a wrong password is 101', () => rejects(Parse.User.logIn(ada.getUsername(), 'wrong'), 101));
  check('an unknown user is 101', () => rejects(Parse.User.logIn(`nobody-${run}`, 'wrong'), 101));
  check('a session token tells whose it is', async () => {
    const user = await Parse.User.me(ada.getSessionToken());
    assert.equal(user.getUsername(), ada.getUsername());
  });
  check('a bad session token is 209', () => rejects(Parse.User.me('r:00000000000000000000000000000000'), 209));
  check('a user changes himself', async () => {
    ada.set('city', 'Husum');
    await ada.save(null, as(ada));
    assert.equal((await new Parse.Query(Parse.User).get(ada.id, master)).get('city'), 'Husum');
  });
  check('a user cannot change another (206)', async () => {
    const other = new Parse.User({ id: ada.id });
    other.set('city', 'Bonn');
    await rejects(other.save(null, as(ben)), 206, 101, 119);
  });
  check('users are private to each other', () => rejects(new Parse.Query(Parse.User).get(ada.id, as(ben)), 101));
  check('a user reads his own e-mail', async () => {
    const user = await new Parse.Query(Parse.User).get(ada.id, as(ada));
    assert.equal(user.getEmail(), `ada-${run}@example.com`);
  });
  check('verifyPassword says yes and no', async () => {
    const user = await Parse.User.verifyPassword(ben.getUsername(), `pw-ben-${run}`);
    assert.equal(user.objectId, ben.id);
    await rejects(Parse.User.verifyPassword(ben.getUsername(), 'wrong'), 101);
  });
  check('the current session can be read', async () => {
    const query = new Parse.Query(Parse.Session);
    const sessions = await query.equalTo('sessionToken', ada.getSessionToken()).find(as(ada));
    assert.equal(sessions.length, 1);
    assert.equal(sessions[0].get('user').id, ada.id);
  });
  check('sessions of others stay hidden', async () => {
    const sessions = await new Parse.Query(Parse.Session).find(as(ben));
    assert.ok(sessions.length >= 1 && sessions.every(s => s.get('user').id === ben.id));
  });
  check('logging out ends the session', async () => {
    await Parse.User.enableUnsafeCurrentUser();
    try {
      const user = await signUp('bert');
      const token = user.getSessionToken();
      assert.equal(Parse.User.current().id, user.id);
      assert.equal((await Parse.User.become(token)).id, user.id);
      await Parse.User.logOut();
      assert.equal(Parse.User.current(), null);
      await rejects(Parse.User.become(token), 209);
    } finally {
      Parse.User.disableUnsafeCurrentUser();
    }
  });
  check('a changed password ends the old one', async () => {
    const user = await signUp('cleo');
    user.setPassword('second');
    await user.save(null, as(user));
    await rejects(Parse.User.logIn(user.getUsername(), `pw-cleo-${run}`), 101);
    assert.equal((await Parse.User.logIn(user.getUsername(), 'second')).id, user.id);
  });
  check('the master key logs in as anybody', async () => {
    const known = await signUp('lena');
    const user = await Parse.User.loginAs(known.id);
    assert.equal(user.id, known.id);
    assert.equal((await Parse.User.me(user.getSessionToken())).getUsername(), known.getUsername());
    await rejects(Parse.User.loginAs('nobodynobo'), 101);
  });
  check('anonymous users sign up and become known', async () => {
    const user = await Parse.AnonymousUtils.logIn({});
    assert.ok(Parse.AnonymousUtils.isLinked(user));
    user.setUsername(`dora-${run}`);
    user.setPassword('pw');
    await user.save(null, as(user));
    assert.equal((await Parse.User.logIn(`dora-${run}`, 'pw')).id, user.id);
  });
  check('a user deletes himself', async () => {
    const user = await signUp('emil');
    await user.destroy(as(user));
    await rejects(Parse.User.logIn(user.getUsername(), `pw-emil-${run}`), 101);
  });
}
