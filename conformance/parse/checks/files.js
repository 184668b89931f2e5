// Files: up, down, in objects, away.
export default function (check, { Parse, assert, names, master, ada, as, rejects }) {
  const bytes = [...Buffer.from('evidence: grüße\n\u0000\u0001')];
  const upload = (name = 'evidence.txt', type) => new Parse.File(name, bytes, type).save(as(ada));
  const download = async file => [...new Uint8Array(await (await fetch(file.url())).arrayBuffer())];

  check('a file goes up and comes down', async () => {
    const file = await upload();
    assert.match(file.name(), /^[0-9a-f]{32}_evidence\.txt$/);
    assert.deepEqual(await download(file), bytes);
  });
  check('a file from base64', async () => {
    const file = await new Parse.File('sheet.txt', { base64: Buffer.from('abc').toString('base64') }).save(as(ada));
    assert.deepEqual(await download(file), [...Buffer.from('abc')]);
  });
  check('a file in an object', async () => {
    const file = await upload();
    const note = await new Parse.Object(names.Note, { file }).save();
    const read = (await new Parse.Query(names.Note).get(note.id)).get('file');
    assert.equal(read.name(), file.name());
    assert.deepEqual(await download(read), bytes);
  });
  check('nobody uploads without a session (130)', () => rejects(new Parse.File('x.txt', bytes).save(), 130));
  check('an html file is refused (130)', () => rejects(upload('page.html', 'text/html'), 130));
  check('a deleted file is gone', async () => {
    const file = await upload();
    await file.destroy(master);
    assert.equal((await fetch(file.url())).status, 404);
  });
  check('one megabyte', async () => {
    const big = Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255);
    const file = await new Parse.File('big.bin', big, 'application/octet-stream').save(as(ada));
    assert.deepEqual(await download(file), big);
  });
}
