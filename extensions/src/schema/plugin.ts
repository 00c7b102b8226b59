// Wiring of the Schema browser: where it stands, and its commands.
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';

import { MYDB } from '../archive/catalog.js';
import { schemaIcon } from '../icons.js';
import { CommandIDs as QueryCommands } from '../query/commands.js';
import { bringForward } from '../side/pane.js';
import { IArchiveAccess, IQueryTracker } from '../tokens.js';
import { nameOf, SchemaBrowser } from './browser.js';
import { firstQuery } from './first-query.js';
import { showOrigin } from './origin.js';
import { copyTable, dropTable, indexTable, renameTable, restoreTable } from './own-tables.js';
import type { Row } from './tree.js';

/** The commands' names; `schema/schema.json` refers to them. */
const CommandIDs = {
  show: 'astrohub:show-schemas',
  query: 'astrohub:query-table',
  insert: 'astrohub:insert-name',
  copy: 'astrohub:copy-name',
  drop: 'astrohub:drop-table',
  rename: 'astrohub:rename-table',
  duplicate: 'astrohub:copy-table',
  index: 'astrohub:index-table',
  origin: 'astrohub:table-origin',
  restore: 'astrohub:restore-table'
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
    addOwnCommands(context);
    browser.deleting.connect(() => void app.commands.execute(CommandIDs.drop));
    browser.renaming.connect(() => void app.commands.execute(CommandIDs.rename));
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
    execute: async ({ schema, table }) => {
      await bringForward(app.shell, browser);
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
}

/** What is done with a table of one's own. */
function addOwnCommands({ app, access, browser, trans }: IContext): void {
  const describedBy = { args: { type: 'object' as const, properties: {} } };
  const add = (command: string, label: string, act: (name: string) => Promise<void>): void => {
    app.commands.addCommand(command, {
      label,
      describedBy,
      isVisible: () => ownTable(browser.selected) !== null,
      execute: async () => {
        const name = ownTable(browser.selected);
        if (name !== null) {
          await act(name);
        }
      }
    });
  };
  const own = { access, trans, reveal: (table: string) => browser.reveal(MYDB, table) };
  add(CommandIDs.rename, trans.__('Rename…'), name => renameTable(name, own));
  add(CommandIDs.duplicate, trans.__('Copy table…'), name => copyTable(name, own));
  add(CommandIDs.index, trans.__('Index by position'), name => indexTable(name, own));
  add(CommandIDs.origin, trans.__('How was this made?'), name => showOrigin(name, app.commands, own));
  add(CommandIDs.drop, trans.__('Delete table…'), name => dropTable(name, own));
  app.commands.addCommand(CommandIDs.restore, {
    label: trans.__('Restore a deleted table…'),
    describedBy,
    isVisible: () => browser.selected?.kind === 'schema' && browser.selected.schema.name === MYDB,
    execute: () => restoreTable(own)
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

function ownTable(row: Row | null): string | null {
  return row?.kind === 'table' && row.schema.name === MYDB ? row.table.name : null;
}
