// Config, health, and a function nobody registered.
export default function (check, { Parse, assert, run, master, rejects }) {
  check('a missing function is 141', () => rejects(Parse.Cloud.run('checkNothing'), 141));
  check('config is written and read', async () => {
    const key = `limit${run}`, secret = `secret${run}`;
    await Parse.Config.save({ [key]: 12, [secret]: 'x' }, { [secret]: true });
    const config = await Parse.Config.get();
    assert.equal(config.get(key), 12);
    assert.equal(config.get(secret), undefined);
    assert.equal((await Parse.Config.get(master)).get(secret), 'x');
  });
  check('the server is healthy', async () => assert.equal((await Parse.getServerHealth()).status, 'ok'));
}
