// How a table of one's own was made: its query and the tables that it read, or its file, and what was added.
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import type { IOrigin, IOwnTable } from '../archive/mydb.js';
import { element } from '../dom.js';
import { CommandIDs as QueryCommands } from '../query/commands.js';
import { grouped } from '../query/figures.js';
import { failed } from '../side/toasts.js';
import type { IOwnContext } from './own-tables.js';

/** Show how a table was made; its query can be opened from there. */
export async function showOrigin(name: string, commands: CommandRegistry, context: IOwnContext): Promise<void> {
  const { access, trans } = context;
  let table: IOwnTable;
  try {
    table = await access.mydb.get(name);
  } catch (error) {
    failed(error);
    return;
  }
  const close = Dialog.cancelButton({ label: trans.__('Close') });
  const open = Dialog.okButton({ label: trans.__('Open the query') });
  const { button } = await showDialog({
    title: trans.__('How mydb.%1 was made', table.name),
    body: new Widget({ node: described(table, trans) }),
    buttons: table.query === '' ? [close] : [close, open]
  });
  if (button.accept && table.query !== '') {
    await commands.execute(QueryCommands.open, { text: table.query });
  }
}

function described(table: IOwnTable, trans: TranslationBundle): HTMLElement {
  const facts = [trans.__('%1 rows, made %2', grouped(table.rows), moment(table.created))];
  if (table.copyOf !== '') {
    facts.push(trans.__('a copy of mydb.%1', table.copyOf));
  }
  if (table.byPosition) {
    facts.push(trans.__('indexed by position'));
  }
  const node = element('div', { class: 'ah-Origin' }, element('p', {}, facts.join(' · ')), ...madeOf(table, trans));
  for (const addition of table.additions) {
    const said = trans.__('%1 rows added %2', grouped(addition.rows), moment(addition.made));
    node.append(element('p', { class: 'ah-Origin-added' }, said), ...madeOf(addition, trans));
  }
  return node;
}

function madeOf({ query, file, tables }: IOrigin, trans: TranslationBundle): HTMLElement[] {
  if (query === '') {
    return file === '' ? [] : [element('p', {}, trans.__('Of the file %1', file))];
  }
  const read = tables.map(({ name, written }) =>
    written === '' ? name : trans.__('%1, as written %2', name, moment(written))
  );
  const list = read.map(text => element('li', {}, text));
  return [
    element('pre', { class: 'ah-Origin-query', tabindex: '0' }, query),
    element('p', {}, trans.__('It has read:')),
    element('ul', {}, ...list)
  ];
}

function moment(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toLocaleString();
}
