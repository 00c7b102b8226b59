// An answer as it arrives: exact values, what is known of columns, and how it ended.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { readAnswer } from '../../../extensions/lib/archive/answer.js';
import { endingOf } from '../../../extensions/lib/archive/ending.js';
import { parseProblem } from '../../../extensions/lib/archive/problem.js';
import { decimalText } from '../../../extensions/lib/archive/value.js';

const require = createRequire(new URL('../../../extensions/package.json', import.meta.url));
const arrow = await import(require.resolve('apache-arrow').replace(/\.js$/, '.mjs'));

const NO_CLAIM = { status: null, rows: null };
const FIELDS = [
  new arrow.Field('id', new arrow.Int64(), true, new Map([['datatype', 'long'], ['ucd', 'meta.id']])),
  new arrow.Field('g', new arrow.Float32(), true, new Map([['unit', 'mag'], ['datatype', 'float']]))
];
const SCHEMA = new arrow.Schema(FIELDS);

function batch(ids, gs, metadata) {
  const children = [
    arrow.vectorFromArray(ids, new arrow.Int64()).data[0] ?? arrow.makeData({ type: new arrow.Int64() }),
    arrow.vectorFromArray(gs, new arrow.Float32()).data[0] ?? arrow.makeData({ type: new arrow.Float32() })
  ];
  const data = arrow.makeData({ type: new arrow.Struct(FIELDS), length: ids.length, nullCount: 0, children });
  return new arrow.RecordBatch(SCHEMA, data, metadata);
}

function stream(batches) {
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(undefined, SCHEMA);
  batches.forEach(item => writer.write(item));
  writer.close();
  return writer.toUint8Array(true);
}

function ending(status, rows) {
  return batch([], [], new Map([['astrohub.status', status], ['astrohub.rows', String(rows)]]));
}

async function read(bytes, claim = NO_CLAIM, step = 100) {
  async function* pieces() {
    for (let from = 0; from < bytes.length; from += step) {
      yield bytes.slice(from, from + step);
    }
  }
  return readAnswer(pieces(), claim, () => undefined);
}

const ROWS = [batch([4611686018427387905n, -1n], [4.12, null]), batch([9007199254740993n], [1])];

test('a whole answer holds every value exactly', async () => {
  const answer = await read(stream([...ROWS, ending('OK', 3)]));
  assert.deepEqual(answer.ending, { kind: 'whole' });
  assert.equal(answer.rows, 3);
  assert.equal(answer.value(0, 0), 4611686018427387905n);
  assert.equal(answer.value(2, 0), 9007199254740993n);
  assert.equal(answer.value(1, 1), null);
  assert.deepEqual(
    answer.columns.map(({ name, unit, ucd, type, numeric, single }) => [name, unit, ucd, type, numeric, single]),
    [
      ['id', '', 'meta.id', 'long', true, false],
      ['g', 'mag', '', 'float', true, true]
    ]
  );
});

test('an answer that the limit cut says so', async () => {
  assert.deepEqual((await read(stream([...ROWS, ending('OVERFLOW', 3)]))).ending, { kind: 'cut' });
});

test('an answer without its last words is broken, whatever came', async () => {
  const answer = await read(stream(ROWS));
  assert.deepEqual([answer.ending.kind, answer.rows], ['broken', 3]);
});

test('an answer cut anywhere is never taken for a whole one', async () => {
  const bytes = stream([...ROWS, ending('OK', 3)]);
  for (let length = 0; length < bytes.length - 8; length += 24) {
    const answer = await read(bytes.slice(0, length));
    assert.ok(answer.ending.kind === 'broken' || (answer.ending.kind === 'whole' && answer.rows === 3), `${length}`);
  }
});

test('last words that count other rows, or disagree with the headers, do not hold', () => {
  const said = new Map([['astrohub.status', 'OK'], ['astrohub.rows', '3']]);
  assert.equal(endingOf(said, 2, NO_CLAIM).kind, 'broken');
  assert.equal(endingOf(said, 3, { status: 'OVERFLOW', rows: '3' }).kind, 'broken');
  assert.equal(endingOf(said, 3, { status: 'OK', rows: '4' }).kind, 'broken');
  assert.equal(endingOf(said, 3, { status: 'OK', rows: '3' }).kind, 'whole');
});

test('an archive that gave up says why', () => {
  const said = new Map([['astrohub.status', 'ERROR'], ['astrohub.rows', '0'], ['astrohub.message', 'Too long.']]);
  assert.deepEqual(endingOf(said, 50, NO_CLAIM), { kind: 'failed', message: 'Too long.' });
});

test('a fault of the network is not taken for the end of an answer', async () => {
  async function* pieces() {
    yield stream(ROWS).slice(0, 200);
    throw new TypeError('network');
  }
  await assert.rejects(readAnswer(pieces(), NO_CLAIM, () => undefined), /network/);
});

test('decimals keep their scale and sign', () => {
  assert.deepEqual(
    [decimalText(12345n, 2), decimalText(-5n, 3), decimalText(7n, 0), decimalText(7n, -2)],
    ['123.45', '-0.005', '7', '700']
  );
});

test('a problem document is read with its place; anything else is none', () => {
  const text = '{"detail": "No.", "slug": "query", "position": {"line": 2, "column": 3, "endColumn": 9}}';
  assert.deepEqual(parseProblem(text), {
    sentence: 'No.',
    slug: 'query',
    position: { line: 2, column: 3, endColumn: 9 },
    suggestion: null
  });
  assert.deepEqual([parseProblem('<html>'), parseProblem('[]'), parseProblem('{"message": "x"}')], [null, null, null]);
});
