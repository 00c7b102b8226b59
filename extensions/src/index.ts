// The table of contents: every plugin of the extension.
import { archivePlugin } from './archive/plugin.js';
import { queryPlugin } from './query/plugin.js';
import { savePlugin } from './save/plugin.js';
import { schemaPlugin } from './schema/plugin.js';

export * from './tokens.js';

export default [archivePlugin, queryPlugin, schemaPlugin, savePlugin];
