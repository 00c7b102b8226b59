// The table of contents: every plugin of the extension.
import { archivePlugin } from './access.js';
import { filesPlugin } from './files/plugin.js';
import { jobsPlugin } from './jobs/plugin.js';
import { memoryPlugin } from './memory/plugin.js';
import { notebooksPlugin } from './notebooks/plugin.js';
import { queryPlugin } from './query/plugin.js';
import { savePlugin } from './save/plugin.js';
import { schemaPlugin } from './schema/plugin.js';

export * from './tokens.js';

export default [
  archivePlugin,
  queryPlugin,
  jobsPlugin,
  schemaPlugin,
  savePlugin,
  filesPlugin,
  notebooksPlugin,
  memoryPlugin
];
