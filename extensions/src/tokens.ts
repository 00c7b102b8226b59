// What the plugins offer each other and other extensions.
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { IWidgetTracker } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';

import type { QueryPanel } from './query/panel.js';

/** The Query tabs that are open. */
export type IQueryTracker = IWidgetTracker<MainAreaWidget<QueryPanel>>;

/** Asks for the Query tabs that are open. */
export const IQueryTracker = new Token<IQueryTracker>(
  '@astrohub/lab:IQueryTracker',
  'The Query tabs that are open: their texts, limits and results.'
);
