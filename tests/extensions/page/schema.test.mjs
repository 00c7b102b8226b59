// The Schema browser's pure parts: which rows show, what a search finds, the first query, the notebook's cell.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellOf } from '../../../extensions/lib/save/cell.js';
import { firstQuery } from '../../../extensions/lib/schema/first-query.js';
import { excerptOf, marksOf, wordsOf } from '../../../extensions/lib/schema/search.js';
import { PAGE, rowsOf } from '../../../extensions/lib/schema/tree.js';

const column = (name, more = {}) => ({
  name,
  type: 'double',
  unit: '',
  ucd: '',
  description: '',
  principal: false,
  indexed: false,
  ...more
});
const table = (name, columns) => ({ name, description: '', rows: 1, columns });
const SCHEMAS = [
  {
    name: 'survey',
    description: '',
    tables: [
      table('specobj', [column('z', { description: 'Redshift of the lines' }), column('ra')]),
      table('object', [column('ra')])
    ]
  },
  { name: 'mydb', description: '', tables: [] }
];
const look = (turned = [], typed = '', shown = []) => ({
  turned: new Set(turned),
  words: wordsOf(typed),
  shown: new Map(shown)
});
const keys = rows => rows.map(({ key }) => key);

test('only what is open shows, and an empty MyDB says so', () => {
  assert.deepEqual(keys(rowsOf(SCHEMAS, look())), ['survey', 'mydb', 'mydb.']);
  const rows = rowsOf(SCHEMAS, look(['survey', 'survey.object', 'mydb']));
  assert.deepEqual(keys(rows), ['survey', 'survey.specobj', 'survey.object', 'survey.object.ra', 'mydb']);
});

test('a search finds a column by its description and opens the way to it', () => {
  const rows = rowsOf(SCHEMAS, look([], 'REDshift'));
  assert.deepEqual(keys(rows), ['survey', 'survey.specobj', 'survey.specobj.z']);
});

test('all words must be found', () => {
  assert.deepEqual(rowsOf(SCHEMAS, look([], 'redshift galaxy')), []);
});

test('of 20 000 columns only a page shows at a time', () => {
  const many = Array.from({ length: 20_000 }, (_, number) => column(`c${number}`));
  const schemas = [{ name: 's', description: '', tables: [table('t', many)] }];
  const first = rowsOf(schemas, look(['s', 's.t']));
  assert.equal(first.length, PAGE + 3);
  assert.equal(first.at(-1).left, 20_000 - PAGE);
  assert.equal(rowsOf(schemas, look(['s', 's.t'], '', [['s.t', 2 * PAGE]])).length, 2 * PAGE + 3);
});

test('marks neither overlap nor move', () => {
  assert.deepEqual(marksOf('Redshift shift', ['shift', 'redshi']), [
    { from: 0, to: 8 },
    { from: 9, to: 14 }
  ]);
});

test('the first query asks for the principal columns, quoted where they must be', () => {
  const columns = [column('a b', { principal: true }), column('Order', { principal: true }), column('x')];
  const text = firstQuery({ name: 's', description: '', tables: [] }, table('t', columns));
  assert.equal(text, 'SELECT TOP 100 "a b", "Order"\nFROM s.t\n');
});

test('a cell gets the same rows, from MyDB where they were kept', () => {
  const query = 'SELECT "a" FROM t\n';
  assert.equal(
    cellOf({ query, cutAt: null, savedAs: null }),
    'import astrohub\n\ntable = astrohub.query("""\nSELECT "a" FROM t\n""")\ntable'
  );
  assert.match(cellOf({ query, cutAt: 1000, savedAs: null }), /""", maxrec=1000\) {2}# of more rows/);
  assert.match(cellOf({ query, cutAt: 1000, savedAs: 'bright' }), /query\("SELECT \* FROM mydb\.bright"\)\n/);
});

test('a long description is cut down to what stands around the word', () => {
  const long = `${'Stars of a survey. '.repeat(12)}Mean magnitude in the G band. ${'More of it. '.repeat(12)}`;
  const cut = excerptOf(long, ['magnitude']);
  assert.ok(cut.length < 120);
  assert.match(cut, /^… .*Mean magnitude in the G band.* …$/);
  assert.equal(excerptOf('Mean magnitude', ['magnitude']), 'Mean magnitude');
  assert.match(excerptOf(`magnitude ${'x '.repeat(99)}`, ['magnitude']), /^magnitude .* …$/);
  assert.match(excerptOf(`${'x'.repeat(200)} magnitude`, ['magnitude']), /magnitude$/);
});
