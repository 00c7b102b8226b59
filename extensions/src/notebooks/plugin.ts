// Wiring of the Notebooks pane.
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import type { INotebookEntry } from '../archive/notebooks.js';
import { notebooksIcon } from '../icons.js';
import { bringForward } from '../side/pane.js';
import { failed } from '../side/toasts.js';
import { IArchiveAccess } from '../tokens.js';
import { NotebooksPane } from './pane.js';

const SHOW = 'astrohub:show-notebooks';

/** The Notebooks pane. */
export const notebooksPlugin: JupyterFrontEndPlugin<void> = {
  id: '@astrohub/lab:notebooks',
  description: 'The site’s notebook collection in the side bar.',
  autoStart: true,
  requires: [IArchiveAccess, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    { notebooks }: IArchiveAccess,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = translator.load('astrohub_lab');
    const open = async ({ path }: INotebookEntry): Promise<void> => {
      try {
        const copy = await notebooks.copy(path);
        await app.commands.execute('docmanager:open', { path: copy, factory: 'Notebook' });
      } catch (error) {
        failed(error);
      }
    };
    const pane = new NotebooksPane(notebooks, open, trans);
    app.shell.add(pane, 'left', { rank: 103, type: 'Notebooks' });
    restorer?.add(pane, pane.id);
    app.commands.addCommand(SHOW, {
      label: trans.__('Show Notebooks'),
      icon: notebooksIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => bringForward(app.shell, pane)
    });
    palette?.addItem({ command: SHOW, category: trans.__('Archive') });
  }
};
