// Wiring of the Schema browser: where it stands, its commands, what deletes a table and brings it back.
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Dialog, ICommandPalette, Notification, showDialog } from '@jupyterlab/apputils';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';

import { MYDB } from '../archive/catalog.js';
import { schemaIcon } from '../icons.js';
import { CommandIDs as QueryCommands } from '../query/commands.js';
import { failed } from '../side/toasts.js';
import { IArchiveAccess, IQueryTracker } from '../tokens.js';
import { nameOf, SchemaBrowser } from './browser.js';
import { firstQuery } from './first-query.js';
import type { Row } from './tree.js';

/** The commands' names; `schema/schema.json` refers to them. */
const CommandIDs = {
  show: 'astrohub:show-schemas',
  query: 'astrohub:query-table',
  insert: 'astrohub:insert-name',
  copy: 'astrohub:copy-name',
  drop: 'astrohub:drop-table'
} as const;

/** What the commands work on. */
interface IContext {
  readonly app: JupyterFrontEnd;
  readonly access: IArchiveAccess;
  readonly browser: SchemaBrowser;
  readonly tracker: IQueryTracker;
  readonly trans: TranslationBundle;
}

/** The Schema browser. */
export const schemaPlugin: JupyterFrontEndPlugin<void> = {
  id: '@astrohub/lab:schema',
  description: 'The archive’s schemas, tables and columns in the side bar.',
  autoStart: true,
  requires: [IArchiveAccess, IQueryTracker, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    access: IArchiveAccess,
    tracker: IQueryTracker,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = translator.load('astrohub_lab');
    const browser = new SchemaBrowser(access.catalog, access.mydb, trans);
    const context = { app, access, browser, tracker, trans };
    app.shell.add(browser, 'left', { rank: 101, type: 'Schema browser' });
    restorer?.add(browser, browser.id);
    addCommands(context);
    browser.chosen.connect((_, row) => {
      void app.commands.execute(row.kind === 'table' ? CommandIDs.query : CommandIDs.insert);
    });
    browser.deleting.connect(() => {
      void drop(context);
    });
    palette?.addItem({ command: CommandIDs.show, category: trans.__('Archive') });
  }
};

function addCommands(context: IContext): void {
  const { app, browser, trans } = context;
  const describedBy = { args: { type: 'object' as const, properties: {} } };
  app.commands.addCommand(CommandIDs.show, {
    label: trans.__('Show Schema browser'),
    icon: schemaIcon,
    describedBy: {
      args: { type: 'object', properties: { schema: { type: 'string' }, table: { type: 'string' } } }
    },
    execute: ({ schema, table }) => {
      app.shell.activateById(browser.id);
      if (typeof schema === 'string' && typeof table === 'string') {
        browser.reveal(schema, table);
      }
    }
  });
  app.commands.addCommand(CommandIDs.query, {
    label: trans.__('Query this table'),
    describedBy,
    isVisible: () => browser.selected?.kind === 'table',
    execute: () => queryTable(context)
  });
  app.commands.addCommand(CommandIDs.insert, {
    label: trans.__('Insert name into the query'),
    describedBy,
    isVisible: () => selectedName(browser) !== null,
    execute: () => insert(context)
  });
  app.commands.addCommand(CommandIDs.copy, {
    label: trans.__('Copy name'),
    describedBy,
    isVisible: () => selectedName(browser) !== null,
    execute: () => {
      Clipboard.copyToSystem(selectedName(browser) ?? '');
    }
  });
  app.commands.addCommand(CommandIDs.drop, {
    label: trans.__('Delete table…'),
    describedBy,
    isVisible: () => ownTable(browser.selected) !== null,
    execute: () => drop(context)
  });
}

function selectedName({ selected }: SchemaBrowser): string | null {
  return selected ? nameOf(selected) : null;
}

/** Open the table's first query; a tab that holds just that is brought to the front instead. */
async function queryTable({ app, browser, tracker }: IContext): Promise<void> {
  const row = browser.selected;
  if (row?.kind !== 'table') {
    return;
  }
  const text = firstQuery(row.schema, row.table);
  const same = tracker.find(tab => tab.content.model.text === text);
  if (same) {
    app.shell.activateById(same.id);
  } else {
    await app.commands.execute(QueryCommands.open, { text });
  }
}

async function insert({ app, browser, tracker }: IContext): Promise<void> {
  const name = selectedName(browser);
  const tab = tracker.currentWidget;
  if (name === null) {
    return;
  }
  if (tab) {
    app.shell.activateById(tab.id);
    tab.content.insert(name);
  } else {
    await app.commands.execute(QueryCommands.open, { text: name });
  }
}

async function drop({ access, browser, trans }: IContext): Promise<void> {
  const name = ownTable(browser.selected);
  if (name === null) {
    return;
  }
  const { button } = await showDialog({
    title: trans.__('Delete mydb.%1?', name),
    body: trans.__('Queries and notebooks that use the table fail then. It can be restored for a day.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  if (!button.accept) {
    return;
  }
  try {
    await access.mydb.drop(name);
    sayDropped(name, access, trans);
  } catch (error) {
    failed(error);
  }
  await access.catalog.refresh();
}

function sayDropped(name: string, { mydb, catalog }: IArchiveAccess, trans: TranslationBundle): void {
  const undo = async (): Promise<void> => {
    try {
      await mydb.restore(name);
    } catch (error) {
      failed(error);
    }
    await catalog.refresh();
  };
  Notification.success(trans.__('mydb.%1 is deleted.', name), {
    autoClose: 15_000,
    actions: [{ label: trans.__('Undo'), callback: () => void undo() }]
  });
}

function ownTable(row: Row | null): string | null {
  return row?.kind === 'table' && row.schema.name === MYDB ? row.table.name : null;
}
