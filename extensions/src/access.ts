// Wiring of the archive: one of each, which all plugins share.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';

import { Door } from './archive/api.js';
import { Catalog } from './archive/catalog.js';
import { Estimates } from './archive/estimates.js';
import { Files } from './archive/files.js';
import { Jobs } from './archive/jobs.js';
import { ServerMemory } from './archive/memory.js';
import { MyDb } from './archive/mydb.js';
import { Notebooks } from './archive/notebooks.js';
import { ServerArchive } from './archive/queries.js';
import { IArchiveAccess } from './tokens.js';

/** The archive behind the user's own server. */
export const archivePlugin: JupyterFrontEndPlugin<IArchiveAccess> = {
  id: '@astrohub/lab:archive',
  description: 'The way to the archive, which the other plugins share.',
  autoStart: true,
  provides: IArchiveAccess,
  requires: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator): IArchiveAccess => {
    const door = new Door(app.serviceManager.serverSettings, translator.load('astrohub_lab'));
    return {
      queries: new ServerArchive(door),
      catalog: new Catalog(door),
      estimates: new Estimates(door),
      mydb: new MyDb(door),
      files: new Files(door),
      jobs: new Jobs(door),
      notebooks: new Notebooks(door),
      memory: new ServerMemory(door)
    };
  }
};
