// The commands of the Query tab, as menus, toolbar, shortcuts and palette reach them.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { runIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Estimates } from '../archive/estimates.js';
import { explainIcon, queryIcon } from '../icons.js';
import type { IQueryTracker } from '../tokens.js';
import type { IKept, QueryModel } from './model.js';

/** The commands' names; `schema/query.json` refers to them. */
export const CommandIDs = {
  open: 'astrohub:open-query',
  run: 'astrohub:run-query',
  stop: 'astrohub:stop-query',
  explain: 'astrohub:explain-query'
} as const;

/** What a tab is called when it is restored. */
export interface ITabName {
  readonly id: string;
  readonly label: string;
}

/** What the commands work on. */
export interface ICommandContext {
  readonly app: JupyterFrontEnd;
  readonly tracker: IQueryTracker;
  readonly trans: TranslationBundle;
  readonly estimates: Estimates;
  /** Open a tab, a new one or one that was kept. */
  readonly open: (kept: Partial<IKept>, name: ITabName | null) => Promise<QueryModel>;
}

/** Register the commands. */
export function addCommands(context: ICommandContext): void {
  addOpen(context);
  addRun(context);
  addStop(context);
  addExplain(context);
}

function addOpen({ app, trans, open }: ICommandContext): void {
  app.commands.addCommand(CommandIDs.open, {
    label: args => (args['isPalette'] ? trans.__('New Query') : trans.__('Query')),
    caption: trans.__('Ask the archive’s tables in ADQL'),
    icon: queryIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          text: { type: 'string', description: trans.__('The query’s text') },
          limit: { type: 'integer', description: trans.__('The most rows that a run brings') },
          job: { type: 'string', description: trans.__('The id of a job whose rows are to show') },
          id: { type: 'string', description: trans.__('The id of the tab when it is restored') },
          label: { type: 'string', description: trans.__('The name of the tab when it is restored') }
        }
      }
    },
    execute: async args => {
      const model = await open(keptOf(args), nameOf(args));
      if (typeof args['job'] === 'string') {
        void model.showJob(args['job']);
      }
    }
  });
}

function addRun(context: ICommandContext): void {
  const { app, trans } = context;
  app.commands.addCommand(CommandIDs.run, {
    label: trans.__('Run'),
    caption: trans.__('Run the query'),
    icon: runIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => Boolean(currentModel(context)?.text.trim()),
    execute: () => currentModel(context)?.run()
  });
}

function addStop(context: ICommandContext): void {
  const { app, trans } = context;
  app.commands.addCommand(CommandIDs.stop, {
    label: trans.__('Stop'),
    caption: trans.__('Stop the query that runs'),
    icon: stopIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => currentModel(context)?.running ?? false,
    execute: () => {
      currentModel(context)?.stop();
    }
  });
}

function addExplain(context: ICommandContext): void {
  const { app, trans, tracker, estimates } = context;
  app.commands.addCommand(CommandIDs.explain, {
    label: trans.__('Explain'),
    caption: trans.__('Say what the query would cost, without running it'),
    icon: explainIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => Boolean(currentModel(context)?.text.trim()),
    isVisible: () => estimates.isOffered,
    execute: () => tracker.currentWidget?.content.explain()
  });
  estimates.withdrawn.connect(() => app.commands.notifyCommandChanged(CommandIDs.explain));
}

function currentModel({ tracker }: ICommandContext): QueryModel | null {
  return tracker.currentWidget?.content.model ?? null;
}

function keptOf(args: ReadonlyPartialJSONObject): Partial<IKept> {
  const { text, limit } = args;
  return {
    ...(typeof text === 'string' ? { text } : {}),
    ...(typeof limit === 'number' ? { limit } : {})
  };
}

function nameOf({ id, label }: ReadonlyPartialJSONObject): ITabName | null {
  return typeof id === 'string' && typeof label === 'string' ? { id, label } : null;
}
