// Wiring of the Query tab: who opens one, what is kept of it, where its commands stand.
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  createToolbarFactory,
  ICommandPalette,
  IToolbarWidgetRegistry,
  MainAreaWidget,
  setToolbar,
  WidgetTracker
} from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';

import { queryIcon } from '../icons.js';
import { IArchiveAccess, IQueryTracker } from '../tokens.js';
import { addCommands, CommandIDs, type ITabName } from './commands.js';
import { LimitChoice } from './limit.js';
import { type IKept, QueryModel } from './model.js';
import { QueryPanel } from './panel.js';

const PLUGIN = '@astrohub/lab:query';
const TOOLBAR = 'Query';
const KEEP_MS = 500;

type QueryTab = MainAreaWidget<QueryPanel>;

/** The Query tab. */
export const queryPlugin: JupyterFrontEndPlugin<IQueryTracker> = {
  id: PLUGIN,
  description: 'A tab that asks the archive in ADQL and shows the rows.',
  autoStart: true,
  provides: IQueryTracker,
  requires: [IArchiveAccess, ISettingRegistry, IToolbarWidgetRegistry, ITranslator],
  optional: [ICommandPalette, ILauncher, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    { queries, estimates }: IArchiveAccess,
    settings: ISettingRegistry,
    toolbars: IToolbarWidgetRegistry,
    translator: ITranslator,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null
  ): IQueryTracker => {
    const trans = translator.load('astrohub_lab');
    const tracker = new WidgetTracker<QueryTab>({ namespace: 'astrohub-query' });
    toolbars.addFactory<QueryTab>(TOOLBAR, 'limit', tab => new LimitChoice(tab.content.model, trans));
    const toolbar = createToolbarFactory(toolbars, settings, TOOLBAR, PLUGIN, translator);

    const whileTyping = followSetting(settings);
    const open = async (kept: Partial<IKept>, name: ITabName | null): Promise<QueryModel> => {
      const limit = kept.limit ?? (await defaultLimit(settings));
      const model = new QueryModel(queries, { text: kept.text ?? '', limit });
      const panel = new QueryPanel(model, estimates, whileTyping, trans);
      const tab = makeTab(panel, name ?? freeName(tracker, trans), trans);
      setToolbar(tab, toolbar);
      followModel(app, tracker, tab);
      await tracker.add(tab);
      app.shell.add(tab, 'main', { type: 'Query' });
      app.shell.activateById(tab.id);
      return model;
    };

    addCommands({ app, tracker, trans, estimates, open });
    tracker.currentChanged.connect(() => app.commands.notifyCommandChanged());
    const category = trans.__('Archive');
    palette?.addItem({ command: CommandIDs.open, category, args: { isPalette: true } });
    palette?.addItem({ command: CommandIDs.run, category });
    palette?.addItem({ command: CommandIDs.stop, category });
    palette?.addItem({ command: CommandIDs.explain, category });
    launcher?.add({ command: CommandIDs.open, category, categoryRank: 10, rank: 1 });
    if (restorer) {
      void restorer.restore(tracker, {
        command: CommandIDs.open,
        name: tab => tab.id,
        args: ({ id, title, content: { model } }) => ({
          id,
          label: title.label,
          text: model.text,
          limit: model.limit
        })
      });
    }
    return tracker;
  }
};

function makeTab(content: QueryPanel, name: ITabName, trans: TranslationBundle): QueryTab {
  const tab = new MainAreaWidget({ content });
  tab.addClass('ah-QueryTab');
  tab.id = name.id;
  tab.title.label = name.label;
  tab.title.icon = queryIcon;
  tab.title.caption = trans.__('ADQL query');
  return tab;
}

/** Query 1, Query 2, …: the first name that no open tab has. */
function freeName(tracker: IQueryTracker, trans: TranslationBundle): ITabName {
  const taken = new Set<string>();
  tracker.forEach(tab => taken.add(tab.title.label));
  let number = 1;
  while (taken.has(trans.__('Query %1', number))) {
    number++;
  }
  return { id: `astrohub-query-${UUID.uuid4()}`, label: trans.__('Query %1', number) };
}

/** Keep what is typed, and let the commands know what can be done. */
function followModel(app: JupyterFrontEnd, tracker: WidgetTracker<QueryTab>, tab: QueryTab): void {
  const { model } = tab.content;
  const keep = new Debouncer(() => (tab.isDisposed ? undefined : tracker.save(tab)), KEEP_MS);
  model.changed.connect(() => {
    void keep.invoke();
    app.commands.notifyCommandChanged(CommandIDs.run);
    app.commands.notifyCommandChanged(CommandIDs.explain);
  });
  let running = false;
  model.stateChanged.connect(() => {
    if (model.running !== running) {
      running = model.running;
      app.commands.notifyCommandChanged(CommandIDs.stop);
    }
  });
  tab.disposed.connect(() => {
    keep.dispose();
  });
}

/** Know whether a pause in typing asks for an estimate. */
function followSetting(settings: ISettingRegistry): () => boolean {
  let isOn = true;
  void settings.load(PLUGIN).then(loaded => {
    const read = (): void => {
      isOn = loaded.composite['estimateWhileTyping'] !== false;
    };
    loaded.changed.connect(read);
    read();
  });
  return () => isOn;
}

async function defaultLimit(settings: ISettingRegistry): Promise<number> {
  const { composite } = await settings.get(PLUGIN, 'rowLimit');
  return typeof composite === 'number' ? composite : 10_000;
}
