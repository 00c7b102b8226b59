// Tables of one's own: what the archive says of them, and what it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MyDb } from '../../../extensions/lib/archive/mydb.js';

/** A door that remembers what was asked and says one thing. */
function doorThatSays(said) {
  const asked = [];
  return {
    asked,
    json: async (path, method = 'GET', body = undefined) => {
      asked.push([method, path, body]);
      return said;
    }
  };
}

const TABLE = {
  name: 'stars',
  rows: 20,
  bytes: 1000,
  created: '2026-11-21T15:00:00Z',
  position: ['ra', 'dec'],
  provenance: {
    query: 'SELECT 1',
    copyOf: 'bright',
    tables: [{ name: 'gaia.source', written: '2026-01-01T00:00:00Z' }],
    additions: [{ file: 'more.csv', rows: 3, made: '2026-11-21T16:00:00Z' }]
  }
};

test('a list tells tables, what was deleted, and little room', async () => {
  const quota = { usedBytes: 95, limitBytes: 100, warning: 'Little room.' };
  const dropped = [{ id: '7', name: 'old', rows: 3, dropped: '2026-11-21T15:00:00Z' }];
  const listed = await new MyDb(doorThatSays({ tables: [TABLE], dropped, quota })).list();
  assert.equal(listed.warning, 'Little room.');
  assert.deepEqual(listed.dropped, dropped);
  const [table] = listed.tables;
  assert.equal(table.byPosition, true);
  assert.equal(table.copyOf, 'bright');
  assert.deepEqual(table.tables, TABLE.provenance.tables);
  assert.deepEqual(table.additions, [
    { query: '', file: 'more.csv', tables: [], rows: 3, made: '2026-11-21T16:00:00Z' }
  ]);
});

test('an archive that says less is not a failure', async () => {
  const listed = await new MyDb(doorThatSays({ tables: [{ name: 'x', rows: 1, bytes: 2 }] })).list();
  assert.deepEqual([listed.dropped, listed.warning, listed.limitBytes], [[], '', 0]);
  assert.deepEqual([listed.tables[0].byPosition, listed.tables[0].query], [false, '']);
});

test('names stay names in addresses', async () => {
  const door = doorThatSays(TABLE);
  const mydb = new MyDb(door);
  await mydb.rename('a', 'b');
  await mydb.copy('a', 'c');
  await mydb.indexByPosition('a');
  await mydb.restore('a/../b', 'x&y');
  assert.deepEqual(door.asked, [
    ['POST', 'archive/mydb/tables/a/rename', { name: 'b' }],
    ['POST', 'archive/mydb/tables/a/copy', { name: 'c' }],
    ['POST', 'archive/mydb/tables/a/index', {}],
    ['POST', 'archive/mydb/tables/a%2F..%2Fb/restore?id=x%26y', undefined]
  ]);
});
