// One row of the tree as it is drawn: twist, name, what is said of it at the right.
import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';

import type { IColumnEntry } from '../archive/catalog.js';
import { element } from '../dom.js';
import { grouped } from '../query/figures.js';
import { unitText } from '../query/unit.js';
import { excerptOf, marksOf } from './search.js';
import { levelOf, type Row } from './tree.js';

/** Draw a row. */
export function drawRow(row: Row, words: readonly string[], trans: TranslationBundle): HTMLElement {
  const open = 'open' in row ? String(row.open) : null;
  const node = element('div', {
    class: `ah-Tree-row ah-mod-${row.kind}`,
    role: 'treeitem',
    tabindex: '-1',
    'aria-level': String(levelOf(row)),
    'aria-expanded': open,
    'data-key': row.key,
    'data-mydb': 'schema' in row && row.schema.name === 'mydb' ? 'true' : null,
    title: 'schema' in row ? tipOf(row, trans) : null,
    draggable: row.kind === 'table' || row.kind === 'column' ? 'true' : null
  });
  node.style.setProperty('--ah-level', String(levelOf(row)));
  const twist = element('span', { class: 'ah-Tree-twist' });
  if ('open' in row) {
    twist.append((row.open ? caretDownIcon : caretRightIcon).element({ tag: 'span', stylesheet: 'menuItem' }));
  }
  const label = element('span', { class: 'ah-Tree-label' }, ...marked(labelOf(row, trans), words));
  node.append(twist, label, element('span', { class: 'ah-Tree-note' }, noteOf(row)));
  const found = snippetOf(row, words);
  if (found !== null) {
    node.append(element('span', { class: 'ah-Tree-found' }, ...marked(found, words)));
  }
  return node;
}

/** Write a text with the words in it set off. */
export function marked(text: string, words: readonly string[]): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const { from, to } of marksOf(text, words)) {
    parts.push(text.slice(end, from), element('mark', { class: 'ah-Mark' }, text.slice(from, to)));
    end = to;
  }
  return [...parts, text.slice(end)];
}

/** A count in three figures: 482 k. */
export function briefCount(count: number): string {
  for (const [size, letter] of [[1e9, 'G'], [1e6, 'M'], [1e4, 'k']] as const) {
    if (count >= size) {
      const value = count / (size === 1e4 ? 1e3 : size);
      return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}\u202f${letter}`;
    }
  }
  return grouped(count);
}

/** What a column's tooltip and the line below the tree say. */
export function factsOf(column: IColumnEntry, trans: TranslationBundle): string[] {
  const facts = [column.type];
  if (column.unit) {
    facts.push(unitText(column.unit));
  }
  if (column.ucd) {
    facts.push(column.ucd);
  }
  if (column.indexed) {
    facts.push(trans.__('fast to search'));
  }
  return facts;
}

function labelOf(row: Row, trans: TranslationBundle): string {
  switch (row.kind) {
    case 'schema':
      return row.schema.name;
    case 'table':
      return row.table.name;
    case 'column':
      return row.column.name;
    case 'more':
      return trans.__('%1 more columns', grouped(row.left));
    case 'empty':
      return trans.__('No table yet. Save to MyDB… above a result puts one here.');
  }
}

function noteOf(row: Row): string {
  if (row.kind === 'table' && row.table.rows !== null) {
    return briefCount(row.table.rows);
  }
  return row.kind === 'column' ? unitText(row.column.unit) || row.column.type : '';
}

function tipOf(row: Row, trans: TranslationBundle): string {
  switch (row.kind) {
    case 'schema':
      return row.schema.description;
    case 'table': {
      const { rows, description } = row.table;
      return rows === null ? description : `${trans.__('%1 rows', grouped(rows))}\n${description}`;
    }
    case 'column':
      return `${factsOf(row.column, trans).join(' · ')}\n${row.column.description}`;
    default:
      return '';
  }
}

/** The description in which the words stand, when the name alone does not say why the row is found. */
function snippetOf(row: Row, words: readonly string[]): string | null {
  if (words.length === 0 || row.kind === 'more' || row.kind === 'empty') {
    return null;
  }
  const subject = row.kind === 'schema' ? row.schema : row.kind === 'table' ? row.table : row.column;
  const inName = words.every(word => subject.name.toLowerCase().includes(word));
  if (inName) {
    return null;
  }
  const ucd = row.kind === 'column' ? row.column.ucd : '';
  const found = [subject.description, ucd].find(text => marksOf(text, words).length > 0);
  return found === undefined ? null : excerptOf(found, words);
}
