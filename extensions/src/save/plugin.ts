// Wiring of what can be done with a result: MyDB, VOSpace, notebook, download.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type MainAreaWidget } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { downloadIcon, notebookIcon, saveIcon } from '@jupyterlab/ui-components';

import type { IQuestion } from '../archive/queries.js';
import { filesIcon } from '../icons.js';
import { paletteGone } from '../palette.js';
import type { QueryPanel } from '../query/panel.js';
import { failed } from '../side/toasts.js';
import { IArchiveAccess, IQueryTracker } from '../tokens.js';
import { cellOf, type IResult } from './cell.js';
import { FormStrip, type IForm } from './form.js';
import { downloadForm, type ISubject, myDbForm, vospaceForm } from './forms.js';
import { KeptTables } from './kept.js';
import { insertCell, newNotebook } from './notebook.js';

/** The commands' names; `schema/save.json` refers to them. */
const CommandIDs = {
  mydb: 'astrohub:save-to-mydb',
  vospace: 'astrohub:save-to-vospace',
  notebook: 'astrohub:send-to-notebook',
  download: 'astrohub:download-result'
} as const;

type QueryTab = MainAreaWidget<QueryPanel>;

/** What the commands work on. */
interface IContext {
  readonly app: JupyterFrontEnd;
  readonly access: IArchiveAccess;
  readonly tracker: IQueryTracker;
  readonly notebooks: INotebookTracker | null;
  readonly folder: () => string;
  readonly trans: TranslationBundle;
  readonly kept: KeptTables;
}

/** What can be done with a result. */
export const savePlugin: JupyterFrontEndPlugin<void> = {
  id: '@astrohub/lab:save',
  description: 'Keeps a result: in MyDB, in the VOSpace, in a notebook, on the desktop.',
  autoStart: true,
  requires: [IArchiveAccess, IQueryTracker, ITranslator],
  optional: [ICommandPalette, INotebookTracker, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    access: IArchiveAccess,
    tracker: IQueryTracker,
    translator: ITranslator,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null,
    browser: IDefaultFileBrowser | null
  ): void => {
    const trans = translator.load('astrohub_lab');
    const folder = (): string => browser?.model.path ?? '';
    const context = { app, access, tracker, notebooks, folder, trans, kept: new KeptTables(access.mydb) };
    addCommands(context);
    tracker.widgetAdded.connect((_, tab) => followText(app, tab));
    tracker.forEach(tab => followText(app, tab));
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category: trans.__('Archive') });
    }
  }
};

/** Let the buttons know when there is something to keep. */
function followText(app: JupyterFrontEnd, { content: { model } }: QueryTab): void {
  let empty = model.text.trim() === '';
  model.changed.connect(() => {
    if ((model.text.trim() === '') !== empty) {
      empty = !empty;
      for (const command of Object.values(CommandIDs)) {
        app.commands.notifyCommandChanged(command);
      }
    }
  });
}

function addCommands(context: IContext): void {
  const { app, trans, tracker } = context;
  const forms = { access: context.access, commands: app.commands, trans };
  const describedBy = { args: { type: 'object' as const, properties: {} } };
  const isEnabled = (): boolean => Boolean(tracker.currentWidget?.content.model.text.trim());
  app.commands.addCommand(CommandIDs.mydb, {
    label: trans.__('Save to MyDB…'),
    caption: trans.__('Keep the rows as a table of your own, to be queried and joined'),
    icon: saveIcon,
    describedBy,
    isEnabled,
    execute: () => show(context, context.access.catalog.refresh(), subject => myDbForm(subject, forms))
  });
  app.commands.addCommand(CommandIDs.vospace, {
    label: trans.__('Save to VOSpace…'),
    caption: trans.__('Write the rows into a file'),
    icon: filesIcon,
    describedBy,
    isEnabled,
    execute: () => {
      const home = context.access.files.home().catch(() => 'home');
      return show(context, home, (subject, path) => vospaceForm(subject, path, forms));
    }
  });
  app.commands.addCommand(CommandIDs.download, {
    label: trans.__('Download'),
    caption: trans.__('Bring the rows to this computer as a file'),
    icon: downloadIcon,
    describedBy,
    isEnabled,
    execute: () => show(context, Promise.resolve(), subject => downloadForm(subject, forms))
  });
  app.commands.addCommand(CommandIDs.notebook, {
    label: trans.__('Send to notebook'),
    caption: trans.__('Put a cell that gets these rows into the notebook'),
    icon: notebookIcon,
    describedBy,
    isEnabled,
    isVisible: () => context.notebooks !== null,
    execute: () => sendToNotebook(context)
  });
}

/** Put a form above the query, one at a time, as soon as what it needs is there and the keyboard is the tab's again. */
async function show<T>(
  context: IContext,
  needed: Promise<T>,
  make: (subject: ISubject, found: T) => IForm
): Promise<void> {
  const [found] = await Promise.all([needed, paletteGone()]);
  const tab = context.tracker.currentWidget;
  if (!tab) {
    return;
  }
  for (const open of [...tab.contentHeader.widgets]) {
    open.dispose();
  }
  const before = document.activeElement;
  const handBack = (): void => {
    if (before instanceof HTMLElement) {
      before.focus();
    }
    const isTaken = document.activeElement === before && before !== document.body;
    if (!isTaken && !tab.isDisposed) {
      tab.content.activate(); // nothing had the keyboard, or what had it no longer shows
    }
  };
  tab.contentHeader.addWidget(new FormStrip(make(subjectOf(tab, context), found), context.trans, handBack));
}

function subjectOf(tab: QueryTab, { kept }: IContext): ISubject {
  const { query, limit, job = null } = asked(tab);
  const stem = tab.title.label.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '');
  return { query, limit, job, stem: stem || 'result', onSaved: name => kept.add(name) };
}

/** The query whose rows show; the one that is written while none do. */
function asked({ content: { model } }: QueryTab): IQuestion & { readonly cutAt: number | null } {
  const { state } = model;
  if (state.phase !== 'answered') {
    return { query: model.text, limit: model.limit, job: model.comingJob, cutAt: null };
  }
  const cutAt = state.answer.ending.kind === 'cut' ? state.limit : null;
  return { query: state.text, limit: state.limit, job: state.job, cutAt };
}

async function sendToNotebook(context: IContext): Promise<void> {
  const tab = context.tracker.currentWidget;
  if (!tab) {
    return;
  }
  const { query, cutAt, job = null } = asked(tab);
  try {
    const result: IResult = { query, cutAt, savedAs: await context.kept.holding(query), job };
    const panel = context.notebooks?.currentWidget ?? (await newNotebook(context.app, context.folder()));
    await insertCell(panel, cellOf(result));
    context.app.shell.activateById(panel.id);
  } catch (error) {
    failed(error);
  }
}
