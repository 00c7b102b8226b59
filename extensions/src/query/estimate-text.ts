// An estimate in plain words: how many rows, what is read for them, and how long one waits. Pure functions.
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IEstimate } from '../archive/estimates.js';
import { grouped, sizeText } from './figures.js';

/** Write an estimate: `about 12 000 rows · reads 3 of 48 files, 4.0 MB · quick`. */
export function estimateText(estimate: IEstimate, limit: number, trans: TranslationBundle): string {
  const parts = [rowsText(estimate.rows, limit, trans), readText(estimate, trans), laneText(estimate.lane, trans)];
  return parts.filter(part => part !== '').join(' · ');
}

/** Round an estimate to two digits: more would claim to know. */
export function rounded(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(count, 1))) - 1);
  return Math.round(count / step) * step;
}

function rowsText(rows: number | null, limit: number, trans: TranslationBundle): string {
  if (rows === null) {
    return '';
  }
  if (rows < 1) {
    return trans.__('probably no rows');
  }
  const about = rounded(rows);
  if (about === 1) {
    return trans.__('about 1 row');
  }
  return about > limit
    ? trans.__('about %1 rows, cut at the row limit of %2', grouped(about), grouped(limit))
    : trans.__('about %1 rows', grouped(about));
}

function readText({ files, filesInAll, bytes }: IEstimate, trans: TranslationBundle): string {
  if (files === null) {
    return '';
  }
  const size = bytes === null ? '' : `, ${sizeText(bytes)}`;
  if (filesInAll !== null && filesInAll > 0) {
    return trans.__('reads %1 of %2', grouped(files), filesText(filesInAll, trans)) + size;
  }
  return trans.__('reads %1', filesText(files, trans)) + size;
}

function filesText(files: number, trans: TranslationBundle): string {
  return files === 1 ? trans.__('1 file') : trans.__('%1 files', grouped(files));
}

function laneText(lane: string, trans: TranslationBundle): string {
  switch (lane) {
    case 'quick':
      return trans.__('quick');
    case 'long':
      return trans.__('takes long: it may wait for others');
    default:
      return lane;
  }
}
