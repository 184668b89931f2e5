// ACLs, roles, class-level permissions.
export default function (check, { Parse, assert, run, master, names, open, ada, ben, as, signUp, rejects }) {
  const note = async (acl, user) => {
    const object = new Parse.Object(names.Note, { text: 'mine' });
    if (acl) object.setACL(acl);
    return object.save(null, user ? as(user) : {});
  };
  const get = (object, options) => new Parse.Query(names.Note).get(object.id, options);
  const only = (user, write = true) => {
    const acl = new Parse.ACL();
    acl.setReadAccess(user, true);
    acl.setWriteAccess(user, write);
    return acl;
  };

  check('an object without an ACL is public', async () => {
    const object = await note();
    assert.equal((await get(object, as(ben))).get('text'), 'mine');
  });
  check('an ACL hides from others', async () => {
    const object = await note(only(ada), ada);
    assert.equal((await get(object, as(ada))).id, object.id);
    await rejects(get(object, as(ben)), 101);
    await rejects(get(object), 101);
    assert.equal((await get(object, master)).id, object.id);
  });
  check('an ACL hides from find and count', async () => {
    const object = await note(only(ada), ada);
    const query = () => new Parse.Query(names.Note).equalTo('objectId', object.id);
    assert.equal((await query().find(as(ben))).length, 0);
    assert.equal(await query().count(as(ben)), 0);
    assert.equal(await query().count(as(ada)), 1);
  });
  check('readable is not writable', async () => {
    const acl = only(ada);
    acl.setPublicReadAccess(true);
    const object = await note(acl, ada);
    assert.ok((await get(object, as(ben))).id);
    const same = () => Parse.Object.fromJSON({ className: names.Note, objectId: object.id });
    await rejects(same().save({ text: 'stolen' }, as(ben)), 101);
    await rejects(same().destroy(as(ben)), 101);
  });
  check('the ACL comes back', async () => {
    const acl = only(ada);
    acl.setRoleReadAccess('nobody', true);
    const read = await get(await note(acl, ada), as(ada));
    assert.equal(read.getACL().getReadAccess(ada), true);
    assert.equal(read.getACL().getRoleReadAccess('nobody'), true);
    assert.equal(read.getACL().getPublicReadAccess(), false);
  });

  const roleOf = async (name, users, children = []) => {
    const acl = new Parse.ACL();
    acl.setPublicReadAccess(true);
    const role = new Parse.Role(`${name}-${run}`, acl);
    role.getUsers().add(users);
    if (children.length) role.getRoles().add(children);
    return role.save(null, master);
  };
  const forRole = role => {
    const acl = new Parse.ACL();
    acl.setRoleReadAccess(role, true);
    acl.setRoleWriteAccess(role, true);
    return acl;
  };
  check('a role opens an object to its members', async () => {
    const role = await roleOf('crew', [ada]);
    const object = await note(forRole(role), ada);
    assert.ok((await get(object, as(ada))).id);
    await rejects(get(object, as(ben)), 101);
  });
  check('members of a child role belong to the parent', async () => {
    const child = await roleOf('deck', [ben]);
    const parent = await roleOf('ship', [ada], [child]);
    const object = await note(forRole(parent), ada);
    assert.ok((await get(object, as(ben))).id);
  });
  check('leaving a role closes the object', async () => {
    const role = await roleOf('leaving', [ada, ben]);
    const object = await note(forRole(role), ada);
    assert.ok((await get(object, as(ben))).id);
    role.getUsers().remove(ben);
    await role.save(null, master);
    await rejects(get(object, as(ben)), 101);
  });
  check('the members of a role can be listed', async () => {
    const role = await roleOf('listed', [ada, ben]);
    const users = await role.getUsers().query().find(master);
    assert.deepEqual(users.map(u => u.id).sort(), [ada.id, ben.id].sort());
  });
  check('a role of the same name is 137', async () => {
    await roleOf('twice', [ada]);
    await rejects(roleOf('twice', [ada]), 137);
  });
  check('a role can be found by name', async () => {
    const role = await roleOf('found', [ada]);
    assert.equal((await new Parse.Query(Parse.Role).equalTo('name', `found-${run}`).first()).id, role.id);
  });

  const closed = async (suffix, change, build) => {
    const name = `Check${suffix}${run}`;
    const schema = new Parse.Schema(name);
    schema.addString('text');
    build?.(schema);
    schema.setCLP({ ...open, ...change });
    await schema.save();
    return name;
  };
  check('a class closed for create is 119', async () => {
    const name = await closed('NoCreate', { create: {} });
    await rejects(new Parse.Object(name, { text: 'x' }).save(null, as(ada)), 119);
    assert.ok((await new Parse.Object(name, { text: 'x' }).save(null, master)).id);
  });
  check('a class closed for find is 119', async () => {
    const name = await closed('NoFind', { find: {} });
    await rejects(new Parse.Query(name).find(as(ada)), 119);
    assert.deepEqual(await new Parse.Query(name).find(master), []);
  });
  check('a class closed for delete is 119', async () => {
    const name = await closed('NoDelete', { delete: {} });
    const object = await new Parse.Object(name, { text: 'x' }).save();
    await rejects(object.destroy(as(ada)), 119);
  });
  check('requiresAuthentication', async () => {
    const name = await closed('Members', { find: { requiresAuthentication: true } });
    await rejects(new Parse.Query(name).find(), 101);
    assert.deepEqual(await new Parse.Query(name).find(as(ada)), []);
  });
  check('a class open to a role', async () => {
    const role = await roleOf('writers', [ada]);
    const name = await closed('Writers', { create: { [`role:${role.getName()}`]: true } });
    assert.ok((await new Parse.Object(name, { text: 'x' }).save(null, as(ada))).id);
    await rejects(new Parse.Object(name, { text: 'x' }).save(null, as(ben)), 119);
  });
  check('pointer permissions', async () => {
    const name = await closed('Owned', { update: { pointerFields: ['owner'] } }, s => s.addPointer('owner', '_User'));
    const object = await new Parse.Object(name, { text: 'x', owner: ada }).save();
    await object.save({ text: 'changed' }, as(ada));
    await rejects(Parse.Object.fromJSON({ className: name, objectId: object.id }).save({ text: 'stolen' }, as(ben)), 101);
  });
  check('protected fields', async () => {
    const name = await closed('Secret', { protectedFields: { '*': ['text'] } });
    const object = await new Parse.Object(name, { text: 'hidden' }).save(null, master);
    assert.equal((await new Parse.Query(name).get(object.id, as(ada))).get('text'), undefined);
    assert.equal((await new Parse.Query(name).get(object.id, master)).get('text'), 'hidden');
    await rejects(new Parse.Query(name).equalTo('text', 'hidden').find(as(ada)), 119);
  });
  check('a new field needs addField', async () => {
    const name = await closed('Fixed', { addField: {} });
    await rejects(new Parse.Object(name, { surprise: 1 }).save(null, as(ada)), 119);
  });
  check('a user who is gone has no session', async () => {
    const user = await signUp('ghost');
    await user.destroy(master);
    await rejects(Parse.User.logIn(user.getUsername(), `pw-ghost-${run}`), 101);
  });
}
