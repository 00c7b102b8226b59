// Wiring of what is told when a kernel was ended for want of memory.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

import { IArchiveAccess } from '../tokens.js';
import { MemoryWatch } from './watch.js';

const ENDED: ReadonlySet<string> = new Set(['autorestarting', 'dead']);

/** Tells that a kernel has ended because the memory of the server was used up, with the limit and the cell. */
export const memoryPlugin: JupyterFrontEndPlugin<void> = {
  id: '@astrohub/lab:memory',
  description: 'Tells when a kernel was ended because the memory of the server was used up.',
  autoStart: true,
  requires: [IArchiveAccess, INotebookTracker],
  activate: (_: JupyterFrontEnd, access: IArchiveAccess, notebooks: INotebookTracker): void => {
    const watch = new MemoryWatch(access.memory);
    void watch.begin();
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
      void watch.begin();
      watch.cellsOf(notebook.id).scheduled(cell.model.id);
    });
    NotebookActions.executed.connect((_, { notebook, cell }) => {
      watch.cellsOf(notebook.id).ended(cell.model.id);
    });
    notebooks.widgetAdded.connect((_, panel) => {
      follow(panel, watch);
    });
    notebooks.forEach(panel => {
      follow(panel, watch);
    });
  }
};

function follow(panel: NotebookPanel, watch: MemoryWatch): void {
  panel.context.sessionContext.statusChanged.connect((context, status) => {
    if (ENDED.has(status)) {
      const end = watch.kernelEnded(panel.content.id, context.session?.kernel?.id);
      const cells = panel.content.widgets.map(cell => cell.model.id);
      void tell(watch.whyEnded(panel.title.label, cells, end));
    }
  });
  panel.disposed.connect(() => {
    watch.forget(panel.content.id);
  });
}

async function tell(why: Promise<string | null>): Promise<void> {
  const sentence = await why;
  if (sentence !== null) {
    Notification.error(sentence, { autoClose: false });
  }
}
