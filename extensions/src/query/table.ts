// An answer as the grid shows it.
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IAnswer } from '../archive/answer.js';
import type { IColumn } from '../archive/column.js';
import type { IGridSource } from '../grid/source.js';
import { textOf } from '../grid/text.js';
import { unitText } from './unit.js';

/** Make a grid's source of an answer. */
export function tableOf(answer: IAnswer, trans: TranslationBundle): IGridSource {
  const { columns } = answer;
  return {
    rows: answer.rows,
    columns: columns.map(column => ({
      name: column.name,
      unit: unitText(column.unit),
      notes: notesOf(column, trans),
      numeric: column.numeric
    })),
    text: (row, column) => {
      const value = answer.value(row, column);
      return value === null || value === undefined ? null : textOf(value, columns[column]?.single);
    }
  };
}

function notesOf(column: IColumn, trans: TranslationBundle): string[] {
  const notes = [trans.__('Type: %1', column.type)];
  if (column.unit) {
    notes.push(trans.__('Unit: %1', column.unit));
  }
  if (column.ucd) {
    notes.push(trans.__('UCD: %1', column.ucd));
  }
  if (column.description) {
    notes.push(column.description);
  }
  return notes;
}
