// In which words a kernel's end for want of memory is told, and which cell it was.
import assert from 'node:assert/strict';
import test from 'node:test';

import { endedSentence, endOf, RunningCells } from '../../../extensions/lib/memory/told.js';
import { MemoryWatch } from '../../../extensions/lib/memory/watch.js';

test('the sentence names notebook, limit and cell', () => {
  assert.equal(
    endedSentence('orbits.ipynb', 4e9, 7),
    'orbits.ipynb ran out of memory (limit 4.0 GB) in cell 7: its kernel was ended, its variables are gone.'
  );
  assert.equal(
    endedSentence('orbits.ipynb', null, null),
    'orbits.ipynb ran out of memory: its kernel was ended, its variables are gone.'
  );
});

test('a long name leaves the sentence whole', () => {
  const sentence = endedSentence(`${'n'.repeat(200)}.ipynb`, 16e9, 1000, true);
  assert.ok(sentence.length <= 140);
  assert.ok(sentence.endsWith('its variables are gone.'));
});

test('the first of the cells that wait is the one that runs', () => {
  const cells = new RunningCells();
  assert.equal(cells.running, null);
  cells.scheduled('a');
  cells.scheduled('b');
  assert.equal(cells.running, 'a');
  cells.ended('a');
  assert.equal(cells.running, 'b');
});

test('the cell that a kernel took with it is still known', () => {
  const cells = new RunningCells();
  cells.scheduled('a');
  cells.ended('a');
  cells.ended('never ran');
  assert.equal(cells.running, 'a');
});

test('a kernel that ends takes along what waited; the next one that ends is told with its own cell', () => {
  const cells = new RunningCells();
  cells.scheduled('a');
  cells.scheduled('b');
  assert.deepEqual(cells.kernelEnded(), { cell: 'a', orLater: true });
  cells.scheduled('c');
  assert.deepEqual(cells.kernelEnded(), { cell: 'c', orLater: false });
});

test('where others waited behind the cell, it may have been one of them', () => {
  const sentence = endedSentence('a.ipynb', null, 4, true);
  assert.equal(sentence, 'a.ipynb ran out of memory in cell 4 or later: its kernel was ended, its variables are gone.');
});

test('what the kernel has noted counts more than what the page has seen', () => {
  const seen = { cell: 'a', orLater: true };
  assert.deepEqual(endOf({ cell: 'c' }, seen), { cell: 'c', orLater: false });
  assert.deepEqual(endOf({ cell: null }, seen), { cell: null, orLater: false });
  assert.equal(endOf(null, seen), seen);
});

/** A server that answers in this order; an error is one that does not answer. What kernels ran it has not noted. */
function server(...kills) {
  return {
    ran: async () => null,
    read: async () => {
      const found = kills.length > 1 ? kills.shift() : kills[0];
      if (found instanceof Error) {
        throw found;
      }
      return { limit: 4e9, kills: found };
    }
  };
}

const AWAY = new Error('no answer');
const atOnce = async () => undefined;
const IN_A = Promise.resolve({ cell: 'a', orLater: false });

test('a kernel that ended without a count has not run out of memory', async () => {
  const watch = new MemoryWatch(server(3, 3, 4), atOnce);
  await watch.begin();
  assert.equal(await watch.whyEnded('a.ipynb', ['a'], IN_A), null);
  assert.match(await watch.whyEnded('a.ipynb', ['text', 'a'], IN_A), /^a\.ipynb ran out of memory \(limit 4\.0 GB\) in cell 2/);
});

test('a server that does not answer at once is asked again', async () => {
  const watch = new MemoryWatch(server(AWAY, 0, AWAY, AWAY, 1), atOnce);
  await watch.begin();
  assert.match(await watch.whyEnded('a.ipynb', ['a'], IN_A), /ran out of memory/);
});

test('nothing is said of a server that does not answer at all', async () => {
  const watch = new MemoryWatch(server(0, AWAY), atOnce);
  await watch.begin();
  assert.equal(await watch.whyEnded('a.ipynb', ['a'], IN_A), null);
});

test('two kernels that ended together are both told of, each once', async () => {
  const watch = new MemoryWatch(server(0, 2), atOnce);
  await watch.begin();
  const told = await Promise.all(['a.ipynb', 'b.ipynb', 'c.ipynb'].map(name => watch.whyEnded(name, ['a'], IN_A)));
  assert.match(told[0], /^a\.ipynb ran out of memory/);
  assert.match(told[1], /^b\.ipynb ran out of memory/);
  assert.equal(told[2], null);
});

test('of two kernels that ended together the server is asked one after the other', async () => {
  let asking = 0;
  let most = 0;
  const read = async () => {
    most = Math.max(most, ++asking);
    await new Promise(resolve => setImmediate(resolve));
    asking--;
    return { limit: null, kills: 0 };
  };
  const watch = new MemoryWatch({ ...server(0), read }, atOnce);
  assert.deepEqual(await Promise.all([watch.whyEnded('a.ipynb', ['a'], IN_A), watch.whyEnded('b.ipynb', ['a'], IN_A)]), [null, null]);
  assert.equal(most, 1);
});

test('a process that a kernel lost with it is not laid to a kernel that ends later', async () => {
  let now = 0;
  const watch = new MemoryWatch(server(0, 3), atOnce, () => now);
  await watch.begin();
  assert.match(await watch.whyEnded('a.ipynb', ['a'], IN_A), /ran out of memory/);
  now = 60_000;
  assert.equal(await watch.whyEnded('b.ipynb', ['a'], IN_A), null);
});

test('a server that counts anew is believed', async () => {
  const watch = new MemoryWatch(server(5, 0, 1), atOnce);
  await watch.begin();
  assert.equal(await watch.whyEnded('a.ipynb', ['a'], IN_A), null);
  assert.match(await watch.whyEnded('b.ipynb', ['a'], IN_A), /ran out of memory/);
});

/** A notebook whose cells were all sent, and a kernel that has noted this; an error is a server that cannot tell. */
async function told(...noted) {
  const ran = async kernel => {
    assert.equal(kernel, 'k-1');
    const found = noted.length > 1 ? noted.shift() : noted[0];
    if (found instanceof Error) {
      throw found;
    }
    return found;
  };
  const watch = new MemoryWatch({ ...server(0, 1), ran }, atOnce);
  await watch.begin();
  const cells = ['a', 'b', 'c', 'd', 'e'];
  for (const cell of cells) {
    watch.cellsOf('n').scheduled(cell);
  }
  return watch.whyEnded('n.ipynb', cells, watch.kernelEnded('n', 'k-1'));
}

test('of the cells that were sent the one is named that the kernel has noted', async () => {
  assert.match(await told({ cell: 'c' }), / in cell 3: its kernel/);
  assert.match(await told(AWAY, { cell: 'c' }), / in cell 3: its kernel/);
});

test('where the kernel ran no cell of the notebook, none is named', async () => {
  assert.match(await told({ cell: null }), /memory \(limit 4\.0 GB\): its kernel/);
  assert.match(await told({ cell: 'of another notebook' }), /memory \(limit 4\.0 GB\): its kernel/);
});

test('without a note of the kernel the first cell that waits is named, or one after it', async () => {
  assert.match(await told(null), / in cell 1 or later: its kernel/);
  assert.match(await told(AWAY), / in cell 1 or later: its kernel/);
});

test('a window that has run nothing names the cell that the other one has', async () => {
  const watch = new MemoryWatch({ ...server(0, 1), ran: async () => ({ cell: 'b' }) }, atOnce);
  await watch.begin();
  assert.match(await watch.whyEnded('n.ipynb', ['a', 'b'], watch.kernelEnded('n', 'k-1')), / in cell 2: its kernel/);
});

test('of a notebook whose kernel has gone nobody is asked what it ran', async () => {
  let asked = 0;
  const watch = new MemoryWatch({ ...server(0), ran: async () => ({ cell: `${++asked}` }) }, atOnce);
  assert.deepEqual(await watch.kernelEnded('n', undefined), { cell: null, orLater: false });
  assert.equal(asked, 0);
});
