// The JavaScript SDK as a subscriber of the soak: one line of JSON for each event.
import Parse from 'parse/node';

const { SOAK_URL, SOAK_APP, SOAK_KEY, SOAK_CLASS, SOAK_USER } = process.env;
Parse.initialize(SOAK_APP, SOAK_KEY);
Parse.serverURL = SOAK_URL;
Parse.User.enableUnsafeCurrentUser();
const say = event => process.stdout.write(JSON.stringify(event) + '\n');

const user = await Parse.User.logIn(SOAK_USER, 'soak');
const query = new Parse.Query(SOAK_CLASS).equalTo('open', true);
const subscription = await query.subscribe(user.getSessionToken());
for (const op of ['create', 'enter', 'update', 'leave', 'delete']) {
  subscription.on(op, object => say({ op, id: object.id, n: object.get('n'), open: object.get('open') }));
}
subscription.on('error', () => {});
Parse.LiveQuery.on('error', () => {});
await subscription.subscribePromise;
for (const row of await query.limit(1000).find()) {
  say({ op: 'snapshot', id: row.id, n: row.get('n'), open: row.get('open') });
}
say({ op: 'ready' });
