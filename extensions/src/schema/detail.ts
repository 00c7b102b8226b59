// The line below the tree: what is known of the selected row.
import type { TranslationBundle } from '@jupyterlab/translation';

import { MYDB } from '../archive/catalog.js';
import type { IHoldings } from '../archive/mydb.js';
import { element } from '../dom.js';
import { grouped, sizeText } from '../query/figures.js';
import { factsOf } from './row.js';
import type { Row } from './tree.js';

/** Describe a row. */
export function detailOf(row: Row, holdings: IHoldings | null, trans: TranslationBundle): HTMLElement[] {
  switch (row.kind) {
    case 'schema': {
      const { name, tables, description } = row.schema;
      const count = tables.length === 1 ? trans.__('1 table') : trans.__('%1 tables', grouped(tables.length));
      const own = trans.__('Your own tables: only you see them.');
      return lines(name, [count], description || (name === MYDB ? own : ''));
    }
    case 'table': {
      const { name, rows, columns, description } = row.table;
      const own = row.schema.name === MYDB ? holdings?.tables.find(table => table.name === name) : undefined;
      const facts = [trans.__('%1 columns', grouped(columns.length))];
      if (rows !== null) {
        facts.unshift(trans.__('%1 rows', grouped(rows)));
      }
      if (own) {
        facts.push(sizeText(own.bytes), ...(own.byPosition ? [trans.__('indexed by position')] : []));
      }
      return lines(name, facts, description);
    }
    case 'column':
      return lines(row.column.name, factsOf(row.column, trans), row.column.description);
    default:
      return [];
  }
}

function lines(name: string, facts: readonly string[], description: string): HTMLElement[] {
  const made = [
    element('div', { class: 'ah-Detail-name' }, name),
    element('div', { class: 'ah-Detail-facts' }, facts.join(' · '))
  ];
  return description ? [...made, element('div', { class: 'ah-Detail-text' }, description)] : made;
}
