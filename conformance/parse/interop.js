// The JavaScript SDK as the other side of the interoperation test. "write" saves one object
// with every kind of field and prints its id; "read ID" prints what it finds in the fields.
import Parse from 'parse/node';

const { INTEROP_URL, INTEROP_APP, INTEROP_KEY, INTEROP_CLASS, INTEROP_SESSION, INTEROP_USER, INTEROP_PARENT, INTEROP_POLYGONS } = process.env;
Parse.initialize(INTEROP_APP, INTEROP_KEY);
Parse.serverURL = INTEROP_URL;
const as = { sessionToken: INTEROP_SESSION };
const [verb, id] = process.argv.slice(2);

const write = async () => {
  const file = await new Parse.File('note.txt', [...Buffer.from('evidence')], 'text/plain').save(as);
  const parent = Parse.Object.fromJSON({ className: INTEROP_CLASS, objectId: INTEROP_PARENT });
  const user = Parse.Object.fromJSON({ className: '_User', objectId: INTEROP_USER });
  const object = new Parse.Object(INTEROP_CLASS, {
    name: 'grüße "x" 日本 🚢', n: -7, level: 2.25, done: true, day: new Date(Date.UTC(2026, 0, 3, 8, 30, 0, 125)),
    tags: ['a', '', 'ü'], meta: { level: 1, label: 'l', even: true }, raw: { __type: 'Bytes', base64: 'AAH+/w==' },
    file, spot: new Parse.GeoPoint(53.5, -9.9),
    parent, author: user, crew: [parent],
  });
  if (INTEROP_POLYGONS) object.set('area', new Parse.Polygon([[0, 0], [0, 2], [2, 2], [2, 0]]));
  object.relation('members').add(user);
  const acl = new Parse.ACL();
  acl.setReadAccess(INTEROP_USER, true);
  acl.setWriteAccess(INTEROP_USER, true);
  acl.setRoleReadAccess('interop', true);
  object.setACL(acl);
  await object.save(null, as);
  return { id: object.id };
};

const read = async () => {
  const object = await new Parse.Query(INTEROP_CLASS).get(id, as);
  const members = await object.relation('members').query().find(as);
  const file = object.get('file');
  return {
    name: object.get('name'), n: object.get('n'), level: object.get('level'), done: object.get('done'),
    day: object.get('day').toISOString(), tags: object.get('tags'), meta: object.get('meta'), raw: object.get('raw').base64,
    file: await (await fetch(file.url())).text(), spot: [object.get('spot').latitude, object.get('spot').longitude],
    area: object.get('area')?.coordinates, parent: object.get('parent').id, author: object.get('author').id,
    crew: object.get('crew').map(pointer => pointer.id), members: members.map(user => user.id), acl: object.getACL().toJSON(),
  };
};

console.log(JSON.stringify(await { write, read }[verb]()));
