// The job list: what is said of a job, and how the list is kept true.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Jobs } from '../../../extensions/lib/archive/jobs.js';
import { problemOf, QueryProblem } from '../../../extensions/lib/archive/problem.js';
import { JobsModel, PAGE } from '../../../extensions/lib/jobs/model.js';
import { fileNameOf, progressText, rowsText, summaryOf, titleOf, tookText } from '../../../extensions/lib/jobs/words.js';

const trans = { __: (text, ...parts) => text.replace(/%(\d)/g, (_, number) => String(parts[number - 1])) };
const plain = text => text.replaceAll('\u202f', ' ');
const JOB = {
  id: 'u1',
  name: '',
  phase: 'COMPLETED',
  query: '\n  -- The Pleiades\nSELECT 1',
  isQueryCut: false,
  created: '2026-11-21T10:00:00.000Z',
  started: '2026-11-21T10:00:01.000Z',
  ended: '2026-11-21T10:00:03.500Z',
  destruction: '2026-11-28T10:00:00.000Z',
  error: '',
  result: { rows: 12_345, bytes: 250_000, format: 'votable/td', isCut: false },
  progress: null
};

test('a job is called by its name, else by the first line of its query', () => {
  assert.equal(titleOf({ ...JOB, name: ' <b>Étoiles</b> ' }, trans), '<b>Étoiles</b>');
  assert.equal(titleOf(JOB, trans), 'The Pleiades');
  assert.equal(titleOf({ ...JOB, query: ' \n' }, trans), 'A job without a query');
});

test('a row says phase, rows, bytes and time', () => {
  assert.deepEqual(summaryOf(JOB, false, 0, trans).map(plain), ['Completed', '12 345 rows', '250 kB', '2.50 s']);
  const running = { ...JOB, phase: 'EXECUTING', ended: '', result: null };
  const now = Date.parse('2026-11-21T10:00:21Z');
  assert.deepEqual(summaryOf(running, false, now, trans), ['Running', '20 s']);
  assert.equal(summaryOf(running, true, now, trans)[0], 'Stopping…');
  assert.equal(tookText({ ...JOB, started: '' }, now), '');
  assert.equal(plain(rowsText({ ...JOB, result: { ...JOB.result, isCut: true } }, trans)), '12 345 rows of more');
});

test('a file is named as its job, without what paths are made of', () => {
  assert.equal(fileNameOf({ ...JOB, name: '../été 1/<x>' }), 'été_1_x.vot');
  assert.equal(fileNameOf({ ...JOB, result: { ...JOB.result, format: 'parquet' } }), 'u1.parquet');
});

/** An archive whose answers are given one by one. */
function setUp() {
  const asked = [];
  const list = (wish, signal) =>
    new Promise((resolve, reject) => {
      asked.push({ wish, signal, answer: page => resolve(pageOf(page)), refuse: reject });
      signal.addEventListener('abort', () => reject(new QueryProblem(problemOf('stopped', 'Stopped.'))));
    });
  const archive = { list, abort: async () => ({ ...JOB, phase: 'EXECUTING' }), remove: async () => {} };
  const model = new JobsModel(archive);
  const settle = () => new Promise(resolve => setImmediate(resolve));
  return { asked, model, settle };
}

const pageOf = ({ jobs = [], before = '', version = 'a' }) => ({
  jobs,
  before,
  version,
  latestDestruction: '2026-11-28T10:30:00.000Z'
});

test('the list is read, then watched: the archive is asked to answer once something changes', async () => {
  const { asked, model, settle } = setUp();
  const ended = [];
  model.ended.connect((_, job) => ended.push(job.id));
  assert.equal(model.jobs, null);
  model.watch(true);
  asked[0].answer({ jobs: [{ ...JOB, phase: 'EXECUTING' }] });
  await settle();
  assert.deepEqual([asked[0].wish.version, asked[1].wish.version, asked[1].wish.waitSeconds > 10], [undefined, 'a', true]);
  asked[1].answer({ jobs: [JOB], version: 'b' });
  await settle();
  assert.deepEqual([ended, model.jobs[0].phase, asked[2].wish.version], [['u1'], 'COMPLETED', 'b']);
  assert.equal(model.canKeep(JOB), false);
  assert.equal(model.canKeep({ ...JOB, destruction: '2026-11-28T09:00:00.000Z' }), true);
  model.watch(false);
  assert.equal(asked[2].signal.aborted, true);
  await settle();
  assert.equal(asked.length, 3);
});

test('a failure keeps what is known, and is tried again after a while', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { asked, model, settle } = setUp();
  model.watch(true);
  asked[0].answer({ jobs: [JOB] });
  await settle();
  for (const pause of [2_000, 4_000]) {
    asked.at(-1).refuse(new QueryProblem(problemOf('unreachable', 'The archive does not answer.')));
    await settle();
    const before = asked.length;
    assert.equal(model.problem.sentence, 'The archive does not answer.');
    assert.equal(model.jobs.length, 1);
    mock.timers.tick(pause - 1);
    await settle();
    assert.equal(asked.length, before);
    mock.timers.tick(1);
    await settle();
    assert.equal(asked.length, before + 1);
  }
  asked.at(-1).answer({ jobs: [JOB] });
  await settle();
  assert.equal(model.problem, null);
  model.watch(false);
  mock.timers.reset();
});

test('older jobs come page by page', async () => {
  const { asked, model, settle } = setUp();
  const many = Array.from({ length: PAGE }, (_, at) => ({ ...JOB, id: `n${at}` }));
  model.watch(true);
  asked[0].answer({ jobs: many, before: 'then' });
  await settle();
  assert.deepEqual([model.jobs.length, model.hasMore], [PAGE, true]);
  model.more();
  assert.equal(asked.at(-1).wish.last, 2 * PAGE);
  asked.at(-1).answer({ jobs: many, before: 'then' });
  await settle();
  assert.equal(asked.at(-1).wish.before, 'then');
  asked.at(-1).answer({ jobs: [JOB] });
  await settle();
  assert.deepEqual([model.jobs.length, model.jobs.at(-1).id, model.hasMore], [PAGE + 1, 'u1', false]);
  model.watch(false);
});

test('a job that is told to stop says so until it has', async () => {
  const { asked, model, settle } = setUp();
  model.watch(true);
  asked[0].answer({ jobs: [{ ...JOB, phase: 'EXECUTING' }] });
  await settle();
  const stopping = model.abort(JOB);
  assert.equal(model.isStopping('u1'), true);
  await stopping;
  assert.equal(model.isStopping('u1'), true);
  asked.at(-1).answer({ jobs: [{ ...JOB, phase: 'ABORTED', result: null }], version: 'b' });
  await settle();
  assert.equal(model.isStopping('u1'), false);
  model.watch(false);
});

test('a job that runs tells what it has read, and written if it has', () => {
  const progress = { bytesRead: 8_000_000, bytesInAll: 24_000_000, bytesWritten: 0 };
  const told = more => plain(progressText({ ...JOB, progress: { ...progress, ...more } }, trans));
  assert.equal(told({}), '8.0 MB of at most 24 MB read');
  assert.equal(told({ bytesWritten: 1_300_000_000 }), '8.0 MB of at most 24 MB read, 1.3 GB written');
  assert.equal(progressText({ ...JOB, progress: null }, trans), '');
  const running = { ...JOB, phase: 'EXECUTING', result: null, ended: '', progress: { ...progress, bytesWritten: 2_000_000 } };
  assert.deepEqual(summaryOf(running, false, Date.parse(JOB.started), trans).map(plain), ['Running', '2.0 MB written', '0 s']);
});

test('what the archive says is read without trust', async () => {
  const paths = [];
  const said = { jobs: [{ id: 'u1', phase: 'FLYING', result: null, progress: { bytesInAll: 7 } }, 'no job'] };
  const door = { json: async path => (paths.push(path), said) };
  const { jobs, before } = await new Jobs(door).list({ phases: ['ERROR'], text: 'a&b é', last: 5 }, null);
  assert.equal(paths[0], 'archive/jobs?LAST=5&PHASE=ERROR&TEXT=a%26b+%C3%A9&no_track_activity=1');
  assert.deepEqual([jobs[0].phase, jobs[0].result, jobs[0].progress, before], ['PENDING', null, { bytesRead: 0, bytesInAll: 7, bytesWritten: 0 }, '']);
});
