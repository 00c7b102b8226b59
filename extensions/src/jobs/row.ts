// One job of the list as it is drawn.
import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';

import type { IJob, Phase } from '../archive/jobs.js';
import { element } from '../dom.js';
import { abortedIcon, completedIcon, failedIcon, runningJobIcon, waitingIcon } from '../icons.js';
import { momentText, progressText, summaryOf, titleOf } from './words.js';

const ICONS: Readonly<Record<Phase, LabIcon>> = {
  PENDING: waitingIcon,
  QUEUED: waitingIcon,
  EXECUTING: runningJobIcon,
  COMPLETED: completedIcon,
  ERROR: failedIcon,
  ABORTED: abortedIcon
};

/** Make the icon of a phase. */
export function phaseIcon(phase: Phase): HTMLElement {
  const icon = element('span', { class: `ah-Job-icon ah-mod-${phase.toLowerCase()}`, 'aria-hidden': 'true' });
  icon.append(ICONS[phase].element({ tag: 'span', stylesheet: 'menuItem' }));
  return icon;
}

/** Draw a job. */
export function drawJob(job: IJob, isStopping: boolean, trans: TranslationBundle): HTMLElement {
  const title = titleOf(job, trans);
  const node = element(
    'div',
    { class: 'ah-Job', role: 'option', tabindex: '-1', 'data-id': job.id, 'data-phase': job.phase },
    phaseIcon(job.phase),
    element('span', { class: 'ah-Job-title', title: job.query || title }, title),
    element('span', { class: 'ah-Job-when', title: momentText(job.created) }),
    element('span', { class: 'ah-Job-summary' })
  );
  if (job.phase === 'EXECUTING' && job.progress) {
    const { bytesRead, bytesInAll } = job.progress;
    const bar = element('progress', {
      class: 'ah-Job-progress',
      max: String(Math.max(bytesInAll, 1)),
      // Where all is read there is still work of which nobody knows the end: a full bar would say that it is done.
      value: bytesRead < bytesInAll ? String(bytesRead) : null,
      'aria-label': progressText(job, trans),
      title: progressText(job, trans)
    });
    node.append(bar);
  }
  freshen(node, job, isStopping, trans);
  return node;
}

/** Say how long ago and how long, as of now. */
export function freshen(node: HTMLElement, job: IJob, isStopping: boolean, trans: TranslationBundle): void {
  const when = relativeText(job.created, 'narrow');
  const summary = summaryOf(job, isStopping, Date.now(), trans).join(' · ');
  write(node.querySelector('.ah-Job-when'), when);
  const line = node.querySelector('.ah-Job-summary');
  write(line, summary);
  line?.setAttribute('title', summary);
  const label = [titleOf(job, trans), summary, relativeText(job.created)].join(', ');
  if (node.getAttribute('aria-label') !== label) {
    node.setAttribute('aria-label', label);
  }
}

/** How long ago or ahead a moment is. */
export function relativeText(moment: string, style: 'long' | 'narrow' = 'long'): string {
  return moment === '' ? '' : Time.formatHuman(new Date(moment), style);
}

function write(node: Element | null, text: string): void {
  if (node && node.textContent !== text) {
    node.textContent = text;
  }
}
