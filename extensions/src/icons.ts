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
