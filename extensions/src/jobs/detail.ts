// What is known of the selected job, and what can be done with it.
import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon, downloadIcon, type LabIcon, pythonIcon } from '@jupyterlab/ui-components';

import type { IJob } from '../archive/jobs.js';
import { button, element } from '../dom.js';
import { filesIcon } from '../icons.js';
import { sizeText } from '../query/figures.js';
import { iconButton } from '../side/pane.js';
import { isActive, type JobsModel } from './model.js';
import { relativeText } from './row.js';
import { momentText, progressText, rowsText, titleOf, tookText } from './words.js';

/** What somebody wants done with a job. */
export type Wish = 'open' | 'query' | 'save' | 'download' | 'python' | 'abort' | 'keep' | 'delete';

/** Draw the selected job. */
export function drawDetail(
  job: IJob,
  model: JobsModel,
  trans: TranslationBundle,
  wish: (wish: Wish) => void
): HTMLElement[] {
  const title = titleOf(job, trans);
  const parts: HTMLElement[] = [element('h3', { class: 'ah-Job-name', title }, title)];
  if (job.error !== '') {
    parts.push(element('p', { class: 'ah-Job-error' }, job.error));
  }
  parts.push(element('div', { class: 'ah-Job-actions' }, ...actionsOf(job, model, trans, wish)));
  parts.push(kept(job, model, trans, wish));
  if (job.query !== '') {
    const text = job.isQueryCut ? `${job.query}…` : job.query;
    const label = trans.__('The query');
    parts.push(element('pre', { class: 'ah-Origin-query ah-Job-query', tabindex: '0', 'aria-label': label }, text));
  }
  parts.push(element('dl', { class: 'ah-Job-facts' }, ...factsOf(job, trans)));
  return parts;
}

function factsOf(job: IJob, trans: TranslationBundle): HTMLElement[] {
  const took = job.phase === 'EXECUTING' ? '' : tookText(job, 0);
  const file = job.result ? `${sizeText(job.result.bytes)}, ${job.result.format}` : '';
  const facts: readonly (readonly [string, string])[] = [
    [trans.__('Progress'), progressText(job, trans)],
    [trans.__('Made'), momentText(job.created)],
    [trans.__('Took'), took],
    [trans.__('Result'), rowsText(job, trans)],
    [trans.__('File'), file],
    [trans.__('Job'), job.id]
  ];
  return facts
    .filter(([, text]) => text !== '')
    .flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, text)]);
}

function kept(job: IJob, model: JobsModel, trans: TranslationBundle, wish: (wish: Wish) => void): HTMLElement {
  const exact = momentText(job.destruction);
  const sentence = job.result ? trans.__('Result kept until %1', exact) : trans.__('Listed until %1', exact);
  const line = element('p', { class: 'ah-Job-kept', title: relativeText(job.destruction) }, sentence);
  if (model.canKeep(job)) {
    line.append(' ', marked(button('ah-Link', trans.__('Keep longer'), () => wish('keep')), 'keep'));
  }
  return line;
}

function actionsOf(job: IJob, model: JobsModel, trans: TranslationBundle, wish: (wish: Wish) => void): HTMLElement[] {
  const worded = (name: Wish, label: string, accent = ''): HTMLButtonElement =>
    marked(button(`ah-Button ${accent}`, label, () => wish(name)), name);
  const small = (name: Wish, icon: LabIcon, label: string): HTMLButtonElement =>
    marked(iconButton(icon, label, () => wish(name)), name);
  const stop = worded('abort', trans.__('Stop'));
  stop.disabled = model.isStopping(job.id);
  const open = job.result ? [worded('open', trans.__('Open result'), 'ah-mod-accept')] : [];
  const query = job.query === '' ? [] : [worded('query', trans.__('Open query'))];
  const result = job.result
    ? [
        small('save', filesIcon, trans.__('Save to VOSpace…')),
        small('download', downloadIcon, trans.__('Download')),
        small('python', pythonIcon, trans.__('Copy Python'))
      ]
    : [];
  const rest = element('span', { class: 'ah-Job-small' }, ...result, small('delete', deleteIcon, trans.__('Delete…')));
  return [...(isActive(job) ? [stop] : []), ...open, ...query, rest];
}

function marked(node: HTMLButtonElement, wish: Wish): HTMLButtonElement {
  node.dataset['wish'] = wish;
  return node;
}
