// The commands of the VOSpace pane, as keys, context menu and palette reach them.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { filesIcon } from '../icons.js';
import { bringForward } from '../side/pane.js';
import type { FileActions } from './actions.js';
import type { FilesPane, Wish } from './pane.js';

/** Register the commands; `schema/files.json` refers to them. */
export function addCommands(
  { commands, shell }: JupyterFrontEnd,
  pane: FilesPane,
  actions: FileActions,
  toggleHidden: () => Promise<void>,
  trans: TranslationBundle
): void {
  const add = (id: string, label: string, isVisible: () => boolean, execute: () => unknown): void => {
    const describedBy = { args: { type: 'object' as const, properties: {} } };
    commands.addCommand(`astrohub:${id}`, { label, describedBy, isVisible, execute });
  };
  const any = (): boolean => pane.selected !== null;
  const file = (): boolean => pane.selected !== null && pane.selected.kind !== 'folder';
  const own = (): boolean => pane.selected?.writable ?? false;
  add('open-file', trans.__('Open'), any, () => actions.open());
  add('download-file', trans.__('Download'), file, () => actions.download());
  add('copy-file-home', trans.__('Copy to my home'), any, () => actions.copyHome(pane.selectedPath));
  add('copy-file-path', trans.__('Copy path'), any, () => Clipboard.copyToSystem(`/${pane.selectedPath ?? ''}`));
  add('rename-file', trans.__('Rename…'), own, () => actions.rename());
  add('delete-file', trans.__('Delete…'), own, () => actions.remove());
  add('new-vospace-folder', trans.__('New folder'), () => pane.model.writable, () => actions.newFolder());
  commands.addCommand('astrohub:toggle-hidden-entries', {
    label: trans.__('Show hidden entries'),
    describedBy: { args: { type: 'object', properties: {} } },
    isToggled: () => pane.model.showsHidden,
    execute: toggleHidden
  });
  pane.model.changed.connect(() => commands.notifyCommandChanged('astrohub:toggle-hidden-entries'));
  commands.addCommand('astrohub:show-files', {
    label: trans.__('Show VOSpace'),
    icon: filesIcon,
    describedBy: { args: { type: 'object', properties: { path: { type: 'string' } } } },
    execute: async ({ path }) => {
      await bringForward(shell, pane);
      if (typeof path === 'string') {
        const steps = path.split('/');
        await pane.reveal(steps.slice(0, -1).join('/'), steps.at(-1) ?? null);
      }
    }
  });
  const wishes: Record<Wish, () => Promise<void>> = {
    open: () => actions.open(),
    rename: () => actions.rename(),
    delete: () => actions.remove(),
    'new-folder': () => actions.newFolder(),
    'toggle-hidden': toggleHidden
  };
  pane.wished.connect((_, wish) => void wishes[wish]());
  pane.brought.connect((_, arrival) => void actions.upload(arrival));
}
