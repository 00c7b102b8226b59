// The table of contents: every plugin of the extension.
import { queryPlugin } from './query/plugin.js';

export * from './tokens.js';

export default [queryPlugin];
