// The VOSpace pane's pure parts: what shows of a folder, and the queue of uploads.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FolderModel } from '../../../extensions/lib/files/model.js';
import { Uploads } from '../../../extensions/lib/files/uploads.js';

const entry = name => ({ name, kind: 'file', size: 1, modified: '', writable: true });

test('hidden entries are counted, and show when they are wanted', async () => {
  const list = async () => ({ writable: true, entries: ['.cache', 'a', 'b'].map(entry), next: null });
  const model = new FolderModel({ list });
  await model.go('home');
  assert.deepEqual(model.entries.map(({ name }) => name), ['a', 'b']);
  assert.equal(model.hidden, 1);
  assert.deepEqual(model.names, ['.cache', 'a', 'b']);
  model.showsHidden = true;
  assert.equal(model.entries.length, 3);
});

/** Tell whether a reading that ends after a later one has begun is told of. */
async function tellsOfOutdated(end) {
  const under = [];
  const list = () => new Promise((resolve, reject) => under.push({ resolve, reject }));
  const model = new FolderModel({ list });
  const first = model.go('home');
  const second = model.go('public');
  let told = 0;
  model.changed.connect(() => told++);
  end(under[0]);
  await first;
  const early = told;
  under[1].resolve({ writable: false, entries: [entry('b')], next: null });
  await second;
  assert.deepEqual(model.entries.map(({ name }) => name), ['b']);
  assert.equal(model.problem, null);
  assert.equal(told, early + 1);
  return early > 0;
}

test('a reading that is no longer current says nothing, neither how it went nor that it failed', async () => {
  const page = { writable: true, entries: [entry('a')], next: null };
  assert.equal(await tellsOfOutdated(({ resolve }) => resolve(page)), false);
  assert.equal(await tellsOfOutdated(({ reject }) => reject(new Error('gone'))), false);
});

/** Files whose uploads end when the test says so. */
function slowFiles() {
  const under = [];
  const upload = (path, { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      under.push({ path, resolve });
    });
  return { under, upload };
}

const settled = () => new Promise(resolve => setImmediate(resolve));

test('four files are sent at once, the others wait for their turn', async () => {
  const files = slowFiles();
  const uploads = new Uploads(files);
  const all = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => uploads.send(name, new Blob(['1']), false));
  await settled();
  assert.deepEqual([uploads.running.length, uploads.waiting], [4, 2]);
  files.under[0].resolve();
  await settled();
  assert.deepEqual(files.under.map(({ path }) => path), ['a', 'b', 'c', 'd', 'e']);
  assert.equal(uploads.waiting, 1);
  for (let sent = 1; sent < 6; sent++) {
    files.under[sent].resolve();
    await settled();
  }
  await Promise.all(all);
  assert.deepEqual([uploads.running.length, uploads.waiting], [0, 0]);
});

test('to stop all ends what runs and begins nothing that waits', async () => {
  const files = slowFiles();
  const uploads = new Uploads(files);
  const all = Array.from({ length: 7 }, (_, number) => uploads.send(`${number}`, new Blob(['1']), false));
  const outcomes = Promise.allSettled(all);
  await settled();
  uploads.stopAll();
  assert.ok((await outcomes).every(({ status }) => status === 'rejected'));
  assert.equal(files.under.length, 4);
  assert.deepEqual([uploads.running.length, uploads.waiting], [0, 0]);
  const again = uploads.send('again', new Blob(['1']), false);
  await settled();
  files.under.at(-1).resolve();
  await again;
});
