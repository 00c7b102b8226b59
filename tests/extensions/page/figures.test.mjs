// Figures and units as the reader sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { durationText, grouped, sizeText } from '../../../extensions/lib/query/figures.js';
import { unitText } from '../../../extensions/lib/query/unit.js';

const plain = text => text.replaceAll('\u202f', ' ');

test('rows stand in groups of three digits', () => {
  assert.deepEqual([0, 999, 1000, 482106, 1234567].map(n => plain(grouped(n))), [
    '0',
    '999',
    '1 000',
    '482 106',
    '1 234 567'
  ]);
});

test('sizes take the unit that fits', () => {
  assert.deepEqual([12, 999, 1000, 48_000_000, 999_600].map(sizeText), ['12 B', '999 B', '1.0 kB', '48 MB', '1.0 MB']);
});

test('times get coarser as they get longer', () => {
  assert.deepEqual([0.123, 9.996, 61.04, 125].map(durationText), ['0.12 s', '10.0 s', '61.0 s', '2 min 5 s']);
});

test('units are set as a reader writes them', () => {
  const cases = {
    deg: 'deg',
    'mas.yr**-1': 'mas yr⁻¹',
    'mas/yr': 'mas/yr',
    'm.s**-2': 'm s⁻²',
    'W.m-2.Hz-1': 'W m⁻² Hz⁻¹',
    'deg**2': 'deg²',
    deg2: 'deg²',
    '0.1nm': '0.1nm',
    'log(Lsun)': 'log(Lsun)',
    '10**-3.mag': '10⁻³ mag',
    '': ''
  };
  for (const [unit, expected] of Object.entries(cases)) {
    assert.equal(plain(unitText(unit)), expected);
  }
});
