// Points and polygons.
export default function (check, { Parse, assert, names, rows, query, matches }) {
  const home = new Parse.GeoPoint(50.1, 8.1);

  check('near sorts by distance', async () => {
    const found = await query().near('spot', home).limit(4).find();
    assert.deepEqual(found.map(s => s.get('n')), [1, 2, 3, 4]);
  });
  check('withinKilometers, sorted', async () => {
    const found = await query().withinKilometers('spot', home, 40).find();
    assert.deepEqual(found.map(s => s.get('n')), rows.filter(r => r.spot.kilometersTo(home) <= 40).map(r => r.n));
  });
  check('withinKilometers, unsorted', () => matches(query().withinKilometers('spot', home, 60, false), r => r.spot.kilometersTo(home) <= 60));
  check('withinMiles', () => matches(query().withinMiles('spot', home, 30), r => r.spot.milesTo(home) <= 30));
  check('withinRadians', () => matches(query().withinRadians('spot', home, 0.005), r => r.spot.radiansTo(home) <= 0.005));
  check('withinGeoBox', () =>
    matches(query().withinGeoBox('spot', new Parse.GeoPoint(50.25, 8.25), new Parse.GeoPoint(50.65, 8.65)), r => r.n >= 3 && r.n <= 6));
  check('withinPolygon', () =>
    matches(query().withinPolygon('spot', [[50.15, 8.15], [50.15, 8.55], [50.55, 8.55], [50.55, 8.15]].map(p => new Parse.GeoPoint(p))), r => r.n >= 2 && r.n <= 5));
  check('polygonContains', async () => {
    const area = new Parse.Polygon([[0, 0], [0, 10], [10, 10], [10, 0]]);
    const note = await new Parse.Object(names.Note, { zone: area }).save();
    const inside = await new Parse.Query(names.Note).polygonContains('zone', new Parse.GeoPoint(5, 5)).find();
    assert.deepEqual(inside.map(n => n.id), [note.id]);
    assert.equal((await new Parse.Query(names.Note).polygonContains('zone', new Parse.GeoPoint(15, 5)).find()).length, 0);
  });
}
