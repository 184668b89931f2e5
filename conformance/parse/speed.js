// The JavaScript SDK as a receiver: prints how many events it has got, 0 when it is subscribed.
import Parse from 'parse/node';

const { SPEED_URL, SPEED_APP, SPEED_KEY, SPEED_CLASS, SPEED_SUBSCRIPTIONS } = process.env;
Parse.initialize(SPEED_APP, SPEED_KEY);
Parse.serverURL = SPEED_URL;
Parse.LiveQuery.on('error', () => {});

let count = 0, printed = -1;
for (let i = 0; i < Number(SPEED_SUBSCRIPTIONS); i++) {
  const subscription = await new Parse.Query(SPEED_CLASS).subscribe();
  await subscription.subscribePromise;
  subscription.on('create', object => { if (object.get('at')) { count++; setImmediate(print); } });
}
function print() {
  if (printed === count) return;
  printed = count;
  process.stdout.write(count + '\n');
}
print();
