// The grid's numbers and texts: what is visible, what a cell says, what a copy holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linesOf } from '../../../extensions/lib/grid/copy.js';
import { Columns, Rows, TALLEST_PX } from '../../../extensions/lib/grid/geometry.js';
import { moved, rangeOf } from '../../../extensions/lib/grid/selection.js';
import { shortestSingle, textOf } from '../../../extensions/lib/grid/text.js';

test('a 64-bit integer is written to its last digit', () => {
  assert.equal(textOf(4611686018427387905n), '4611686018427387905');
});

test('a double is written with the fewest digits that give it back', () => {
  for (const value of [0.1, 10.684708, 1 / 3, 5e-324, 1e21]) {
    assert.equal(Number(textOf(value)), value);
  }
  assert.equal(textOf(0.1), '0.1');
});

test('a single-precision float shows no digits it does not have', () => {
  assert.equal(textOf(Math.fround(4.12), true), '4.12');
  assert.equal(textOf(Math.fround(0.1), true), '0.1');
  assert.equal(textOf(16777216, true), '16777216');
  assert.equal(textOf(NaN, true), 'NaN');
});

test('any single-precision float comes back from its text', () => {
  const bits = new DataView(new ArrayBuffer(4));
  for (let i = 0; i < 20_000; i++) {
    bits.setUint32(0, (i * 2654435761) >>> 0);
    const value = bits.getFloat32(0);
    if (Number.isFinite(value)) {
      assert.equal(Math.fround(Number(shortestSingle(value))), value);
    }
  }
});

test('times are in UTC, lists apart by spaces, a hole in a list a dash', () => {
  assert.equal(textOf(new Date(0)), '1970-01-01T00:00:00Z');
  assert.equal(textOf([1.5, null, 2]), '1.5 – 2');
  assert.equal(textOf(new Uint8Array([1, 255])), '01ff');
});

test('columns that show are found from both edges', () => {
  const columns = new Columns([100, 50, 200]);
  assert.equal(columns.total, 350);
  assert.deepEqual(columns.visible(0, 100), [0, 1]);
  assert.deepEqual(columns.visible(99, 151), [0, 3]);
  assert.deepEqual(columns.visible(150, 150), [2, 2]);
  columns.resize(0, 10);
  assert.deepEqual([columns.left(1), columns.at(9), columns.at(10), columns.at(9999)], [10, 0, 1, 2]);
});

test('the right edge of a column is caught from both sides', () => {
  const columns = new Columns([100, 50]);
  assert.deepEqual([95, 96, 104, 105, 148].map(x => columns.edgeAt(x, 4)), [null, 0, 0, null, 1]);
  assert.equal(new Columns([]).edgeAt(0, 4), null);
});

test('few rows scroll as they are', () => {
  const rows = new Rows(1000, 24);
  assert.equal(rows.mapped, false);
  assert.equal(rows.topOf(480, 240), 480);
  assert.deepEqual(rows.visible(480, 240), [20, 30]);
});

test('rows beyond what a browser can stack are reached to the last one', () => {
  const rows = new Rows(5_000_000, 24);
  assert.equal(rows.stacked, TALLEST_PX);
  assert.equal(rows.mapped, true);
  const end = rows.topOf(TALLEST_PX - 240, 240);
  assert.equal(end, rows.total - 240);
  assert.deepEqual(rows.visible(end, 240), [4_999_990, 5_000_000]);
  assert.ok(Math.abs(rows.topOf(rows.scrollOf(60_000_000, 240), 240) - 60_000_000) < 1e-6);
});

test('a row is revealed by the shortest way', () => {
  const rows = new Rows(100, 10);
  assert.equal(rows.reveal(5, 100, 50), 50);
  assert.equal(rows.reveal(12, 100, 50), 100);
  assert.equal(rows.reveal(15, 100, 50), 110);
});

test('no rows and no room do no harm', () => {
  const rows = new Rows(0, 24);
  assert.deepEqual([rows.topOf(10, 100), rows.clamp(10, 100), rows.visible(0, 100)], [0, 0, [0, 0]]);
});

test('keys move the cell, to the header and no further', () => {
  const extent = { rows: 10, columns: 3, page: 4 };
  const walk = (key, cell, far = false) => moved(cell, key, extent, far);
  assert.deepEqual(walk('ArrowUp', { row: 0, column: 1 }), { row: -1, column: 1 });
  assert.deepEqual(walk('ArrowUp', { row: -1, column: 1 }), { row: -1, column: 1 });
  assert.deepEqual(walk('PageDown', { row: 8, column: 1 }), { row: 9, column: 1 });
  assert.deepEqual(walk('End', { row: 0, column: 0 }, true), { row: 9, column: 2 });
  assert.deepEqual(walk('ArrowRight', { row: 0, column: 2 }), { row: 0, column: 2 });
  assert.equal(walk('x', { row: 0, column: 0 }), null);
});

test('a header stands for its whole column', () => {
  const range = rangeOf({ row: -1, column: 1 }, { row: -1, column: 2 }, 10);
  assert.deepEqual(range, { top: 0, bottom: 9, left: 1, right: 2 });
});

test('a copy is tab-separated, a missing value empty, a tab in a value a space', () => {
  const cells = [
    ['1', null],
    ['a\tb\nc', '2']
  ];
  const source = { rows: 2, columns: [], text: (row, column) => cells[row][column] };
  assert.equal(linesOf(source, { top: 0, bottom: 1, left: 0, right: 1 }), '1\t\na b c\t2');
});
