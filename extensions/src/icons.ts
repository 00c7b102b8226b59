// The extension's own icons, in JupyterLab's colours.
import { LabIcon } from '@jupyterlab/ui-components';

/** A table under a star: a query. */
const QUERY = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
<g class="jp-icon3" fill="#616161">
<path d="M1.5 5A1.5 1.5 0 0 1 3 3.5h5v1.2H2.7v2.1h5.9V8H2.7v2h3.8v1.2H2.7v2h10.6V9.4h1.2v3.6a1.5 1.5 0 0 1-1.5 1.5H3A1.5 1.5 0 0 1 1.5 13z"/>
<path d="M7 8.4h1.2v5H7z"/>
<path d="M12 .8l1 2.7 2.7 1-2.7 1-1 2.7-1-2.7-2.7-1 2.7-1z"/>
</g></svg>`;

/** The icon of a Query tab. */
export const queryIcon = new LabIcon({ name: '@astrohub/lab:query', svgstr: QUERY });
