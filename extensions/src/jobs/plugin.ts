// Wiring of the Jobs pane: where it stands, and its commands.
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { jobsIcon } from '../icons.js';
import { bringForward } from '../side/pane.js';
import { failed } from '../side/toasts.js';
import { IArchiveAccess, IQueryTracker } from '../tokens.js';
import { act, canBeDone, type IActionContext } from './actions.js';
import type { Wish } from './detail.js';
import { JobsModel } from './model.js';
import { JobsPane } from './pane.js';

/** The command that shows the pane; `schema/jobs.json` refers to it and to those of `addCommands`. */
const SHOW = 'astrohub:show-jobs';
const RUN = 'astrohub:run-query-as-job';

/** The Jobs pane. */
export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@astrohub/lab:jobs',
  description: 'The user’s jobs in the side bar, whoever submitted them.',
  autoStart: true,
  requires: [IArchiveAccess, IQueryTracker, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    { jobs }: IArchiveAccess,
    tracker: IQueryTracker,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = translator.load('astrohub_lab');
    const model = new JobsModel(jobs);
    const pane = new JobsPane(model, trans);
    const context = { app, jobs, model, pane, trans };
    app.shell.add(pane, 'left', { rank: 101.5, type: 'Jobs' });
    restorer?.add(pane, pane.id);
    addCommands(context);
    addRun(tracker, context);
    pane.wished.connect((_, wish) => void act(wish, context));
    for (const command of [RUN, SHOW]) {
      palette?.addItem({ command, category: trans.__('Archive') });
    }
  }
};

/** Run a query as a job, and show it in the list. */
function addRun(tracker: IQueryTracker, context: IActionContext): void {
  const { app, jobs, pane, trans } = context;
  const textOf = (): string => tracker.currentWidget?.content.model.text.trim() ?? '';
  app.commands.addCommand(RUN, {
    label: trans.__('Run as job'),
    caption: trans.__('Run as job: it goes on when this page is closed, and keeps all rows'),
    icon: jobsIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => textOf() !== '',
    execute: async () => {
      try {
        const { id } = await jobs.submit(textOf());
        app.shell.activateById(pane.id);
        pane.reveal(id);
      } catch (error) {
        failed(error);
      }
    }
  });
  tracker.widgetAdded.connect((_, { content: { model } }) => {
    model.changed.connect(() => app.commands.notifyCommandChanged(RUN));
  });
}

function addCommands(context: IActionContext): void {
  const { app, model, pane, trans } = context;
  const describedBy = { args: { type: 'object' as const, properties: {} } };
  app.commands.addCommand(SHOW, {
    label: trans.__('Show Jobs'),
    icon: jobsIcon,
    describedBy,
    execute: () => bringForward(app.shell, pane)
  });
  const labels: Readonly<Record<Wish, string>> = {
    open: trans.__('Open result'),
    query: trans.__('Open query'),
    save: trans.__('Save to VOSpace…'),
    download: trans.__('Download'),
    python: trans.__('Copy Python'),
    abort: trans.__('Stop'),
    keep: trans.__('Keep longer'),
    delete: trans.__('Delete…')
  };
  for (const [wish, label] of Object.entries(labels) as [Wish, string][]) {
    app.commands.addCommand(`astrohub:job-${wish}`, {
      label,
      describedBy,
      isVisible: () => canBeDone(wish, pane.selected, model),
      execute: () => act(wish, context)
    });
  }
}
