// What ends in the background is said in a corner of the window.
import { Notification } from '@jupyterlab/apputils';

import { QueryProblem } from '../archive/problem.js';

/** Say why something was not done; what was stopped needs no words. */
export function failed(error: unknown): void {
  if (isStopped(error)) {
    return;
  }
  Notification.error(error instanceof Error ? error.message : String(error), { autoClose: false });
}

function isStopped(error: unknown): boolean {
  return error instanceof QueryProblem && error.problem.slug === 'stopped';
}
