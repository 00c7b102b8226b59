// What the plugins offer each other and other extensions.
import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { IWidgetTracker } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';

import type { Catalog } from './archive/catalog.js';
import type { Estimates } from './archive/estimates.js';
import type { Files } from './archive/files.js';
import type { Jobs } from './archive/jobs.js';
import type { ServerMemory } from './archive/memory.js';
import type { MyDb } from './archive/mydb.js';
import type { Notebooks } from './archive/notebooks.js';
import type { ServerArchive } from './archive/queries.js';
import type { QueryPanel } from './query/panel.js';

/** The archive, as all plugins share it. */
export interface IArchiveAccess {
  readonly queries: ServerArchive;
  readonly catalog: Catalog;
  readonly estimates: Estimates;
  readonly mydb: MyDb;
  readonly files: Files;
  readonly jobs: Jobs;
  readonly notebooks: Notebooks;
  readonly memory: ServerMemory;
}

/** Asks for the archive. */
export const IArchiveAccess = new Token<IArchiveAccess>(
  '@astrohub/lab:IArchiveAccess',
  'The archive behind the user’s own server: queries, jobs, estimates, tables, MyDB, files, notebooks, its memory.'
);

/** The Query tabs that are open. */
export type IQueryTracker = IWidgetTracker<MainAreaWidget<QueryPanel>>;

/** Asks for the Query tabs that are open. */
export const IQueryTracker = new Token<IQueryTracker>(
  '@astrohub/lab:IQueryTracker',
  'The Query tabs that are open: their texts, limits and results.'
);
