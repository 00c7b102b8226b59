// In which words a job is told. Pure functions.
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IJob, Phase } from '../archive/jobs.js';
import { durationText, grouped, sizeText } from '../query/figures.js';

/** The word for a phase. */
export function phaseWord(phase: Phase, trans: TranslationBundle): string {
  const words: Record<Phase, string> = {
    PENDING: trans.__('Not started'),
    QUEUED: trans.__('Waiting'),
    EXECUTING: trans.__('Running'),
    COMPLETED: trans.__('Completed'),
    ERROR: trans.__('Failed'),
    ABORTED: trans.__('Stopped')
  };
  return words[phase];
}

/** What a job is called: its name, else the first line of its query. */
export function titleOf({ name, query }: IJob, trans: TranslationBundle): string {
  const line = query.split('\n').find(text => text.trim() !== '');
  const words = [name, (line ?? '').replace(/^\s*--+/, ''), trans.__('A job without a query')];
  return words.map(text => text.trim()).find(text => text !== '') ?? '';
}

/** A moment as the tooltip says it. */
export function momentText(moment: string): string {
  return moment === '' ? '' : `${moment.slice(0, 19).replace('T', ' ')} UTC`;
}

/** How long a job ran, or has run by now; empty before it began. */
export function tookText({ phase, started, ended }: IJob, now: number): string {
  if (started === '' || (ended === '' && phase !== 'EXECUTING')) {
    return '';
  }
  const until = ended === '' ? now : Date.parse(ended);
  const seconds = Math.max(0, until - Date.parse(started)) / 1000;
  return ended === '' ? durationText(Math.floor(seconds)).replace(/\.0+ s$/, ' s') : durationText(seconds);
}

/** What a job brought. */
export function rowsText({ result }: IJob, trans: TranslationBundle): string {
  if (result === null) {
    return '';
  }
  const rows = result.rows === 1 ? trans.__('1 row') : trans.__('%1 rows', grouped(result.rows));
  return result.isCut ? trans.__('%1 of more', rows) : rows;
}

/** How far a job that runs has come; of its files it may need less than all. */
export function progressText(job: IJob, trans: TranslationBundle): string {
  const { progress } = job;
  if (progress === null) {
    return '';
  }
  const { bytesRead, bytesInAll } = progress;
  const read = trans.__('%1 of at most %2 read', sizeText(bytesRead), sizeText(bytesInAll));
  return [read, writtenText(job, trans)].filter(text => text !== '').join(', ');
}

/** What there is of a result while its job runs. */
function writtenText({ progress }: IJob, trans: TranslationBundle): string {
  return progress !== null && progress.bytesWritten > 0 ? trans.__('%1 written', sizeText(progress.bytesWritten)) : '';
}

/** The second line of a row: phase, and what there is to say of it. */
export function summaryOf(job: IJob, isStopping: boolean, now: number, trans: TranslationBundle): string[] {
  const phase = isStopping ? trans.__('Stopping…') : phaseWord(job.phase, trans);
  const size = job.result === null ? writtenText(job, trans) : sizeText(job.result.bytes);
  return [phase, rowsText(job, trans), size, tookText(job, now)].filter(text => text !== '');
}

/** A name for a file that is to hold a result. */
export function fileNameOf(job: IJob): string {
  const stem = job.name.normalize('NFC').replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+|_+$/g, '').slice(0, 80);
  const suffixes: Readonly<Record<string, string>> = { votable: 'vot', text: 'txt' };
  const format = (job.result?.format ?? '').replace(/\/.*$/, '');
  return `${stem || job.id}.${suffixes[format] ?? format}`;
}
