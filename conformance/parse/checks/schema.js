// The schema API, with the master key.
export default function (check, { Parse, assert, run, open, names, rejects }) {
  const fresh = suffix => new Parse.Schema(`Check${suffix}${run}`);

  check('all classes are listed', async () => {
    const classes = (await Parse.Schema.all()).map(c => c.className);
    for (const name of [names.Score, names.Team, '_User', '_Role']) assert.ok(classes.includes(name), name);
  });
  check('fields of every type come back', async () => {
    const schema = fresh('Types');
    schema.addString('s').addNumber('n').addBoolean('b').addDate('d').addObject('o').addArray('a').addFile('f')
      .addGeoPoint('g').addPolygon('p').addField('y', 'Bytes').addPointer('r', '_User').addRelation('m', '_User');
    await schema.save();
    const { fields } = await schema.get();
    const types = Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v.type]));
    assert.deepEqual(types, {
      objectId: 'String', createdAt: 'Date', updatedAt: 'Date', ACL: 'ACL', s: 'String', n: 'Number', b: 'Boolean', d: 'Date',
      o: 'Object', a: 'Array', f: 'File', g: 'GeoPoint', p: 'Polygon', y: 'Bytes', r: 'Pointer', m: 'Relation',
    });
    assert.equal(fields.r.targetClass, '_User');
  });
  check('required and default values', async () => {
    const schema = fresh('Required');
    schema.addString('title', { required: true }).addString('state', { defaultValue: 'open' }).addNumber('level', { defaultValue: 3 });
    schema.setCLP(open);
    await schema.save();
    await rejects(new Parse.Object(schema.className, { level: 1 }).save(), 142);
    const object = await new Parse.Object(schema.className, { title: 'x' }).save();
    const read = await new Parse.Query(schema.className).get(object.id);
    assert.deepEqual([read.get('state'), read.get('level')], ['open', 3]);
  });
  check('a field is added and removed', async () => {
    const schema = fresh('Changing');
    await schema.save();
    schema.addNumber('extra');
    await schema.update();
    assert.equal((await schema.get()).fields.extra.type, 'Number');
    schema.deleteField('extra');
    await schema.update();
    assert.equal((await schema.get()).fields.extra, undefined);
  });
  check('an index is added and removed', async () => {
    const schema = fresh('Indexed');
    schema.addString('name');
    await schema.save();
    schema.addIndex(`byName${run}`, { name: 1 });
    await schema.update();
    assert.deepEqual((await schema.get()).indexes[`byName${run}`], { name: 1 });
    schema.deleteIndex(`byName${run}`);
    await schema.update();
    assert.equal((await schema.get()).indexes?.[`byName${run}`], undefined);
  });
  check('permissions come back', async () => {
    const schema = fresh('Permitted');
    schema.setCLP({ ...open, delete: { 'role:boss': true } });
    await schema.save();
    const { classLevelPermissions } = await schema.get();
    assert.deepEqual(classLevelPermissions.delete, { 'role:boss': true });
    assert.deepEqual(classLevelPermissions.find, { '*': true });
  });
  check('a class twice is 103', () => rejects(new Parse.Schema(names.Score).save(), 103));
  check('a bad class name is 103', () => rejects(new Parse.Schema('bad name').save(), 103));
  check('a class that is missing is 103', () => rejects(fresh('Missing').get(), 103));
  check('a field of another type is 255', async () => {
    const schema = new Parse.Schema(names.Score);
    schema.addString('n');
    await rejects(schema.update(), 255);
  });
  check('a class with rows is not deleted (255)', () => rejects(new Parse.Schema(names.Score).delete(), 255));
  check('purge and delete', async () => {
    const schema = fresh('Gone');
    await schema.save();
    await new Parse.Object(schema.className, { a: 1 }).save(null, { useMasterKey: true });
    await schema.purge();
    await schema.delete();
    await rejects(schema.get(), 103);
  });
}
