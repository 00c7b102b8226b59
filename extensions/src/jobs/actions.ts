// What is done with a job, and what is said of it.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { IJob, Jobs } from '../archive/jobs.js';
import { element } from '../dom.js';
import { CommandIDs as QueryCommands } from '../query/commands.js';
import { grouped, sizeText } from '../query/figures.js';
import { jobCell } from '../save/cell.js';
import { failed } from '../side/toasts.js';
import type { Wish } from './detail.js';
import { isActive, type JobsModel } from './model.js';
import type { JobsPane } from './pane.js';
import { fileNameOf, momentText, titleOf } from './words.js';

/** What the actions work with. */
export interface IActionContext {
  readonly app: JupyterFrontEnd;
  readonly jobs: Jobs;
  readonly model: JobsModel;
  readonly pane: JobsPane;
  readonly trans: TranslationBundle;
}

/** Do what is wished with the selected job; say why if it cannot be. */
export async function act(wish: Wish, context: IActionContext): Promise<void> {
  const job = context.pane.selected;
  if (job === null) {
    return;
  }
  try {
    await acts[wish](job, context);
  } catch (error) {
    failed(error);
  }
}

/** Whether something can be done with the job that is selected. */
export function canBeDone(wish: Wish, job: IJob | null, model: JobsModel): boolean {
  if (job === null) {
    return false;
  }
  switch (wish) {
    case 'query':
      return job.query !== '';
    case 'abort':
      return isActive(job) && !model.isStopping(job.id);
    case 'keep':
      return model.canKeep(job);
    case 'delete':
      return true;
    default:
      return job.result !== null;
  }
}

const acts: Readonly<Record<Wish, (job: IJob, context: IActionContext) => Promise<void>>> = {
  open: (job, context) => openTab(job, context, true),
  query: (job, context) => openTab(job, context, false),
  save: async (job, context) => {
    await openTab(job, context, true);
    await context.app.commands.execute('astrohub:save-to-vospace');
  },
  download: (job, { jobs }) => {
    const link = document.createElement('a');
    link.href = jobs.fileAddress(job.id);
    link.download = fileNameOf(job);
    link.click();
    return Promise.resolve();
  },
  python: (job, { pane, trans }) => {
    Clipboard.copyToSystem(jobCell(job.id));
    pane.say(trans.__('Copied: paste it into a cell of a notebook.'));
    return Promise.resolve();
  },
  abort: (job, { model }) => model.abort(job),
  keep: async (job, { model, pane, trans }) => {
    const { destruction } = await model.keep(job);
    pane.say(trans.__('%1 is kept until %2.', titleOf(job, trans), momentText(destruction)));
  },
  delete: remove
};

/** Open a tab of its own, so that no text that is being written is lost. */
async function openTab(job: IJob, { app, jobs }: IActionContext, withRows: boolean): Promise<void> {
  const { query } = job.isQueryCut ? await jobs.get(job.id) : job;
  await app.commands.execute(QueryCommands.open, { text: query, ...(withRows ? { job: job.id } : {}) });
}

async function remove(job: IJob, { model, pane, trans }: IActionContext): Promise<void> {
  const title = titleOf(job, trans);
  const named = element('p', { class: 'ah-Job-name' }, title.length > 80 ? `${title.slice(0, 79)}…` : title);
  const question = element('div', { class: 'ah-Job-question' }, named, element('p', {}, lossOf(job, trans)));
  const { button } = await showDialog({
    title: trans.__('Delete this job?'),
    body: new Widget({ node: question }),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
    defaultButton: 0
  });
  if (button.accept) {
    await model.remove(job);
    pane.say(trans.__('%1 is deleted.', title));
  }
}

function lossOf(job: IJob, trans: TranslationBundle): string {
  if (job.result) {
    const { rows, bytes } = job.result;
    return trans.__('Its result goes with it, and cannot be brought back: %1 rows, %2.', grouped(rows), sizeText(bytes));
  }
  return isActive(job)
    ? trans.__('It is stopped, and what it has found so far is lost.')
    : trans.__('It has no result. What was asked, and what became of it, is forgotten.');
}
