// Which table of MyDB a cell may refer to instead of asking the query again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KeptTables } from '../../../extensions/lib/save/kept.js';

const table = (name, query) => ({ name, rows: 1, bytes: 1, query });

test('the newest table that still holds the rows is taken', async () => {
  let tables = [table('one', 'SELECT 1'), table('two', 'SELECT 1\n'), table('old', 'SELECT 3')];
  const kept = new KeptTables({ list: async () => ({ tables }) });
  assert.equal(await kept.holding('SELECT 1'), null); // nothing was saved since the page was loaded
  kept.add('one');
  kept.add('two');
  assert.equal(await kept.holding(' SELECT 1 '), 'two');
  assert.equal(await kept.holding('SELECT 3'), null);
  tables = [table('one', 'SELECT 1'), table('two', 'SELECT 2')]; // replaced by another query
  assert.equal(await kept.holding('SELECT 1'), 'one');
  tables = []; // deleted
  assert.equal(await kept.holding('SELECT 1'), null);
});
