// Wiring of what is told when a kernel was ended for want of memory.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

import type { ServerMemory } from '../archive/memory.js';
import { IArchiveAccess } from '../tokens.js';
import { endedSentence, RunningCells } from './told.js';

const ENDED: ReadonlySet<string> = new Set(['autorestarting', 'dead']);

/** Tells that a kernel has ended because the memory of the server was used up, with the limit and the cell. */
export const memoryPlugin: JupyterFrontEndPlugin<void> = {
  id: '@astrohub/lab:memory',
  description: 'Tells when a kernel was ended because the memory of the server was used up.',
  autoStart: true,
  requires: [IArchiveAccess, INotebookTracker],
  activate: (_: JupyterFrontEnd, access: IArchiveAccess, notebooks: INotebookTracker): void => {
    const watch = new MemoryWatch(access.memory);
    void watch.look();
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
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
  panel.context.sessionContext.statusChanged.connect((_, status) => {
    if (ENDED.has(status)) {
      const running = watch.cellsOf(panel.content.id).kernelEnded();
      const at = panel.content.widgets.findIndex(cell => cell.model.id === running);
      void watch.tell(panel.title.label, at < 0 ? null : at + 1);
    }
  });
  panel.disposed.connect(() => {
    watch.forget(panel.content.id);
  });
}

/** Knows how often the server has lost a process for want of memory, and what runs in each notebook. */
class MemoryWatch {
  constructor(private readonly memory: ServerMemory) {}

  /** The cells of a notebook that run or wait to. */
  cellsOf(notebook: string): RunningCells {
    const known = this.cells.get(notebook) ?? new RunningCells();
    this.cells.set(notebook, known);
    return known;
  }

  /** A notebook was closed. */
  forget(notebook: string): void {
    this.cells.delete(notebook);
  }

  /** Take note of how it is now; say whether a process was lost since the last look. */
  async look(): Promise<{ readonly lost: boolean; readonly limit: number | null }> {
    try {
      const { kills, limit } = await this.memory.read();
      const lost = this.kills !== null && kills > this.kills;
      this.kills = kills;
      return { lost, limit };
    } catch {
      return { lost: false, limit: null }; // the server itself is away, and Lab says so
    }
  }

  /** A kernel has ended: tell why, if memory is why. */
  async tell(name: string, cell: number | null): Promise<void> {
    const { lost, limit } = await this.look();
    if (lost) {
      Notification.error(endedSentence(name, limit, cell), { autoClose: false });
    }
  }

  private readonly cells = new Map<string, RunningCells>();
  private kills: number | null = null;
}
