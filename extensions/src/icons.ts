// The extension's own icons, in JupyterLab's colours.
import { LabIcon } from '@jupyterlab/ui-components';

/** A table under a lens: a query. */
const QUERY = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<path class="jp-icon3" fill="#616161" d="M2 2h12a.8.8 0 0 1 .8.8v2a.4.4 0 0 1-.4.4H1.6a.4.4 0 0 1-.4-.4v-2A.8.8 0 0 1 2 2z
M1.2 6.7h5.2v1.6H1.2z M1.2 9.6h4.2v1.6H1.2z M1.2 12.5h5v1.6h-5z"/>
<g class="jp-icon3" stroke="#616161" stroke-width="1.5" stroke-linecap="round"><g fill="none">
<circle cx="10.4" cy="10.1" r="3"/><path d="M12.7 12.4l2 2"/></g></g></svg>`;

/** The icon of a Query tab. */
export const queryIcon = new LabIcon({ name: '@astrohub/lab:query', svgstr: QUERY });

/** A gauge: what a query would cost. */
const EXPLAIN = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" stroke="#616161" stroke-width="1.4" stroke-linecap="round"><g fill="none">
<path d="M2.6 12.4a6.2 6.2 0 1 1 10.8 0"/><path d="M8 9.6l2.6-3.4"/></g></g>
<circle class="jp-icon3" fill="#616161" cx="8" cy="9.8" r="1.4"/></svg>`;

/** The icon of Explain. */
export const explainIcon = new LabIcon({ name: '@astrohub/lab:explain', svgstr: EXPLAIN });

/** A store of layers: schemas and their tables. */
const SCHEMA = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" stroke="#616161" stroke-width="1.3"><g fill="none">
<ellipse cx="8" cy="3.6" rx="5.4" ry="2"/><path d="M2.6 3.6v8.8c0 1.1 2.4 2 5.4 2s5.4-.9 5.4-2V3.6"/>
<path d="M2.6 8c0 1.1 2.4 2 5.4 2s5.4-.9 5.4-2"/></g></g></svg>`;

/** The icon of the Schema browser. */
export const schemaIcon = new LabIcon({ name: '@astrohub/lab:schema', svgstr: SCHEMA });

/** A cloud with a star in it: files of the archive. */
const FILES = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" stroke="#616161" stroke-width="1.3" stroke-linejoin="round"><g fill="none">
<path d="M4.6 12.9a3.1 3.1 0 0 1-.5-6.1 4 4 0 0 1 7.7-.7 3.4 3.4 0 0 1-.2 6.8z"/></g></g>
<path class="jp-icon3" fill="#616161" d="M8 6.6l.7 1.7 1.8.1-1.4 1.1.5 1.8L8 10.3l-1.6 1 .5-1.8-1.4-1.1 1.8-.1z"/></svg>`;

/** The icon of the VOSpace pane. */
export const filesIcon = new LabIcon({ name: '@astrohub/lab:files', svgstr: FILES });

/** A bound book with a mark: the notebook collection. */
const NOTEBOOKS = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" stroke="#616161" stroke-width="1.3" stroke-linejoin="round"><g fill="none">
<path d="M3.2 12.6V3.2A1.6 1.6 0 0 1 4.8 1.6h8v10.2h-8a1.4 1.4 0 0 0 0 2.7h8v-2.7"/></g></g>
<path class="jp-icon3" fill="#616161" d="M7 1.6h3.2v5.2L8.6 5.5 7 6.8z"/></svg>`;

/** The icon of the Notebooks pane. */
export const notebooksIcon = new LabIcon({ name: '@astrohub/lab:notebooks', svgstr: NOTEBOOKS });

/** Lines with marks: jobs. */
const JOBS = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" stroke="#616161" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"><g fill="none">
<path d="M7.4 3.4h6.4M7.4 8h6.4M7.4 12.6h6.4"/><path d="M1.9 3.4l1.2 1.2 2-2.3M1.9 8l1.2 1.2 2-2.3"/>
<circle cx="3.4" cy="12.6" r="1.5"/></g></g></svg>`;

/** The icon of the Jobs pane. */
export const jobsIcon = new LabIcon({ name: '@astrohub/lab:jobs', svgstr: JOBS });

function phaseSvg(shapes: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" stroke="#616161" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"><g fill="none">
${shapes}</g></g></svg>`;
}

const RING = '<circle cx="8" cy="8" r="6"/>';

/** The icon of a job that waits: a clock. */
export const waitingIcon = new LabIcon({
  name: '@astrohub/lab:job-waiting',
  svgstr: phaseSvg(`${RING}<path d="M8 4.8V8l2.2 1.6"/>`)
});

/** The icon of a job that runs: a part of a ring, which turns. */
export const runningJobIcon = new LabIcon({
  name: '@astrohub/lab:job-running',
  svgstr: phaseSvg('<path d="M8 2a6 6 0 1 1-5.6 3.8"/>')
});

/** The icon of a job that has a result: a tick in a ring. */
export const completedIcon = new LabIcon({
  name: '@astrohub/lab:job-completed',
  svgstr: phaseSvg(`${RING}<path d="M5.3 8.2l1.9 1.9 3.6-4"/>`)
});

/** The icon of a job that failed: a cross in a ring. */
export const failedIcon = new LabIcon({
  name: '@astrohub/lab:job-failed',
  svgstr: phaseSvg(`${RING}<path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"/>`)
});

/** The icon of a job that was stopped: a square in a ring. */
export const abortedIcon = new LabIcon({
  name: '@astrohub/lab:job-aborted',
  svgstr: phaseSvg(`${RING}<path d="M6 6h4v4H6z"/>`)
});
