// Wiring of the VOSpace pane: its commands, the way to the home, what is kept over a reload.
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';

import { IArchiveAccess } from '../tokens.js';
import { FileActions } from './actions.js';
import { addCommands } from './commands.js';
import { acceptEntries } from './drag.js';
import { FolderModel } from './model.js';
import { FilesPane } from './pane.js';
import { Uploads } from './uploads.js';

const PLUGIN = '@astrohub/lab:files';

/** The VOSpace pane. */
export const filesPlugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'The files of the VOSpace in the side bar.',
  autoStart: true,
  requires: [IArchiveAccess, ISettingRegistry, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IDefaultFileBrowser, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    { files }: IArchiveAccess,
    settings: ISettingRegistry,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    state: IStateDB | null
  ): void => {
    const trans = translator.load('astrohub_lab');
    const model = new FolderModel(files);
    const uploads = new Uploads(files);
    const pane = new FilesPane(model, uploads, trans);
    const actions = new FileActions({ app, files, uploads, pane, browser, trans });
    app.shell.add(pane, 'left', { rank: 102, type: 'VOSpace' });
    restorer?.add(pane, pane.id);
    addCommands(app, pane, actions, followSetting(model, settings), trans);
    palette?.addItem({ command: 'astrohub:show-files', category: trans.__('Archive') });
    if (browser) {
      acceptEntries({ app, browser, drop: path => void actions.copyHome(path) });
    }
    if (state) {
      keepFolder(model, state);
    }
  }
};

/** Show hidden entries as the setting says; what is returned turns it over. */
function followSetting(model: FolderModel, settings: ISettingRegistry): () => Promise<void> {
  const loading = settings.load(PLUGIN);
  void loading.then(loaded => {
    const read = (): void => {
      model.showsHidden = loaded.composite['showHidden'] === true;
    };
    loaded.changed.connect(read);
    read();
  });
  return async () => {
    model.showsHidden = !model.showsHidden;
    await (await loading).set('showHidden', model.showsHidden);
  };
}

/** Come back to the folder where one was. */
function keepFolder(model: FolderModel, state: IStateDB): void {
  let known = model.path;
  void state.fetch(PLUGIN).then(kept => {
    if (typeof kept === 'string' && kept !== '' && model.path === '') {
      known = kept;
      void model.go(kept);
    }
  });
  model.changed.connect(() => {
    if (model.path !== known) {
      known = model.path;
      void state.save(PLUGIN, known);
    }
  });
}
