// Cloud functions and triggers that the checks call. The Go twins of these are
// registered on auditserver, so that one script runs on both.
export default function registerChecks(Parse) {
  // Hands its parameters back, decoded and encoded again.
  Parse.Cloud.define('checkEcho', request => request.params);

  Parse.Cloud.define('checkWhoAmI', request => request.user?.get('username') ?? null);

  // Fails with the code and the text it was given; without a code, as a plain error.
  Parse.Cloud.define('checkFail', request => {
    const { code, message } = request.params;
    if (code === undefined) throw new Error(message);
    throw new Parse.Error(code, message);
  });

  Parse.Cloud.define('checkMembersOnly', () => 'welcome', { requireUser: true });

  // Says what it was told to; fails where that is "fail".
  Parse.Cloud.job('checkJob', async ({ params, message }) => {
    if (params.message === 'fail') throw 'fail';
    await message(params.message);
  });

  // Refuses a save that says "refuse", and stamps every other one.
  Parse.Cloud.beforeSave('CheckGuarded', ({ object }) => {
    if (object.get('refuse')) throw new Parse.Error(4242, 'refused by the check trigger');
    object.set('stamp', 'checked');
  });

  // Fail behind a write that says "stumble".
  const stumble = ({ object }) => {
    if (object.get('stumble')) throw new Parse.Error(4244, 'the check trigger stumbled');
  };
  Parse.Cloud.afterSave('CheckGuarded', stumble);
  Parse.Cloud.afterDelete('CheckGuarded', stumble);

  Parse.Cloud.beforeDelete('CheckGuarded', ({ object }) => {
    if (object.get('keep')) throw new Parse.Error(4243, 'kept by the check trigger');
  });
}
