// What a query would cost: the words, when the archive is asked, and when not.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { estimateOf } from '../../../extensions/lib/archive/estimates.js';
import { EstimateModel } from '../../../extensions/lib/query/estimate.js';
import { estimateText, rounded } from '../../../extensions/lib/query/estimate-text.js';
import { QueryModel } from '../../../extensions/lib/query/model.js';

globalThis.window = globalThis;
const trans = { __: (text, ...parts) => text.replace(/%(\d)/g, (_, number) => String(parts[number - 1])) };
const plain = text => text.replaceAll('\u202f', ' ');
const words = (said, limit = 100_000) => plain(estimateText(estimateOf(said), limit, trans));

test('an estimate is said in plain words', () => {
  const said = { rows: 12_345, files: 3, filesInAll: 48, bytes: 4_000_000, tables: ['a.b'], lane: 'quick' };
  assert.equal(words(said), 'about 12 000 rows · reads 3 of 48 files, 4.0 MB · quick');
  assert.equal(
    words({ ...said, lane: 'long' }, 10_000),
    'about 12 000 rows, cut at the row limit of 10 000 · reads 3 of 48 files, 4.0 MB · takes long: it may wait for others'
  );
});

test('what the archive does not know is left out', () => {
  assert.equal(words({ rows: 0.2, files: 1, lane: 'quick' }), 'probably no rows · reads 1 file · quick');
  assert.equal(words({ rows: null, files: null, lane: '' }), '');
});

test('a warning of the archive is kept, and none is an empty text', () => {
  assert.equal(estimateOf({ warning: 'Too much.' }).warning, 'Too much.');
  assert.equal(estimateOf({ warning: null }).warning, '');
});

test('an estimate claims two digits', () => {
  assert.deepEqual([0, 7, 99, 101, 12_499, 482_106].map(rounded), [0, 7, 99, 100, 12_000, 480_000]);
});

/** A query, its estimates, and what the archive was asked. */
function setUp(isOn = true, isOffered = true) {
  const asked = [];
  const query = new QueryModel({ ask: async () => {} }, { text: '', limit: 1000 });
  const of = async (text, signal) => {
    asked.push({ text, signal });
    return { rows: 1 };
  };
  return { asked, query, model: new EstimateModel(query, { of, isOffered }, () => isOn) };
}

test('a pause in typing asks once, for the last text', async t => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { asked, query, model } = setUp();
  query.text = 'SELECT';
  mock.timers.tick(500);
  query.text = 'SELECT 1';
  mock.timers.tick(500);
  query.limit = 10_000;
  assert.equal(asked.length, 0);
  mock.timers.tick(500);
  await Promise.resolve();
  assert.deepEqual(asked.map(({ text }) => text), ['SELECT 1']);
  await new Promise(setImmediate);
  assert.equal(model.state.phase, 'known');
  query.text = 'SELECT 2';
  assert.equal(model.state.phase, 'none');
});

test('an archive that gives no estimates is left alone', async t => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { asked, query } = setUp(true, false);
  query.text = 'SELECT 1';
  mock.timers.tick(5000);
  assert.equal(asked.length, 0);
});

test('what is asked is given up when the text changes', async () => {
  const { asked, query, model } = setUp(false);
  query.text = 'SELECT 1';
  const wanted = model.ask(true);
  query.text = 'SELECT 2';
  await wanted;
  assert.equal(asked[0].signal.aborted, true);
  assert.equal(model.state.phase, 'none');
  assert.equal(asked.length, 1);
});
