// What is done with entries of the VOSpace, and what is said of it.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { FileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';

import { type Files, type IEntry, joined } from '../archive/files.js';
import { QueryProblem } from '../archive/problem.js';
import { grouped } from '../query/figures.js';
import { failed } from '../side/toasts.js';
import type { IBrought } from './brought.js';
import { viewOf } from './entry.js';
import type { FilesPane, IArrival } from './pane.js';
import { previewOf } from './preview.js';
import type { Uploads } from './uploads.js';

/** How many names are tried for a copy before one is asked to clear up. */
const MOST_TRIES = 50;

/** How many names a question shows. */
const SHOWN_NAMES = 5;

/** What the actions work with. */
export interface IActionContext {
  readonly app: JupyterFrontEnd;
  readonly files: Files;
  readonly uploads: Uploads;
  readonly pane: FilesPane;
  readonly browser: FileBrowser | null;
  readonly trans: TranslationBundle;
}

/** The actions; each says by itself why it was not done. */
export class FileActions {
  constructor(private readonly context: IActionContext) {}

  /** Go into a folder, look at a file, or bring it to the desktop. */
  open(): Promise<void> {
    return this.attempt(async () => {
      const { app, files, pane, trans } = this.context;
      const { selected, selectedPath: path } = pane;
      if (selected === null || path === null) {
        return;
      }
      if (selected.kind === 'folder') {
        await pane.model.go(path);
        return;
      }
      const own = await this.inHome(path);
      const view = viewOf(selected.name);
      if (own !== null) {
        await app.commands.execute('docmanager:open', { path: own });
      } else if (view === null) {
        this.download();
      } else if (!this.showOpen(path)) {
        app.shell.add(await previewOf(files, path, view, trans), 'main');
      }
    });
  }

  /** Let the browser bring the selected file to the desktop. */
  download(): void {
    const { files, pane } = this.context;
    const { selected, selectedPath: path } = pane;
    if (selected && path !== null && selected.kind !== 'folder') {
      const link = document.createElement('a');
      link.href = files.address(path);
      link.download = selected.name;
      link.click();
    }
  }

  /** Bring files and folders from the desktop into a folder. */
  upload({ folder, all }: IArrival): Promise<void> {
    return this.attempt(async () => {
      const { files, pane } = this.context;
      for (const { path, content } of all) {
        if (content === null) {
          await files.makeFolder(joined(folder, path)).catch(unless(isConflict));
        }
      }
      const there = await this.send(folder, all, false);
      if (there.length > 0 && (await this.mayReplace(there))) {
        await this.send(folder, there, true);
      }
      if (pane.model.path === folder) {
        await pane.model.refresh();
      }
      await this.refreshHome();
    });
  }

  /** Make a folder and let it be named. */
  newFolder(): Promise<void> {
    return this.attempt(async () => {
      const { files, pane, trans } = this.context;
      const taken = new Set(pane.model.names);
      const name = freeName(trans.__('New folder'), taken);
      await files.makeFolder(joined(pane.model.path, name));
      await pane.reveal(pane.model.path, name);
      await this.rename();
    });
  }

  /** Let the selected entry be given another name. */
  rename(): Promise<void> {
    return this.attempt(async () => {
      const { files, pane } = this.context;
      const { selected, selectedPath: path } = pane;
      if (selected === null || path === null || !selected.writable) {
        return;
      }
      const folder = pane.model.path;
      const name = (await pane.ask(selected.name))?.trim();
      if (name && name !== selected.name) {
        await files.move(path, joined(folder, name));
        await pane.reveal(folder, name);
        await this.refreshHome();
      }
    });
  }

  /** Delete the selected entry when that is confirmed; it can be undone. */
  remove(): Promise<void> {
    return this.attempt(async () => {
      const { files, pane } = this.context;
      const { selected, selectedPath: path } = pane;
      if (selected === null || path === null || !selected.writable || !(await this.isSure(selected))) {
        return;
      }
      await files.remove(path);
      this.sayRemoved(selected.name, path);
      await pane.model.refresh();
      await this.refreshHome();
    });
  }

  /** Copy an entry into the folder of the home that JupyterLab's file browser shows. */
  copyHome(path: string | null): Promise<void> {
    return this.attempt(async () => {
      const { files, browser, trans } = this.context;
      const name = path?.split('/').at(-1);
      if (path === null || !name) {
        return;
      }
      const home = await files.home();
      const folder = joined(home, browser?.model.path ?? '').replace(/\/+$/, '');
      const copied = await this.copyFree(path, folder, name);
      await this.refreshHome();
      await this.context.pane.model.refresh();
      Notification.success(trans.__('%1 is in your home.', copied), { autoClose: 8000 });
    });
  }

  private async copyFree(path: string, folder: string, name: string): Promise<string> {
    const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length;
    for (let number = 0; ; number++) {
      const other = number === 0 ? name : `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
      try {
        await this.context.files.copy(path, joined(folder, other));
        return other;
      } catch (error) {
        if (!isConflict(error) || number >= MOST_TRIES) {
          throw error;
        }
      }
    }
  }

  /** Send files; return those that were left alone because one of that name is there. */
  private async send(folder: string, all: readonly IBrought[], replace: boolean): Promise<IBrought[]> {
    const there: IBrought[] = [];
    const sendOne = async (brought: IBrought): Promise<void> => {
      if (brought.content !== null) {
        await this.context.uploads
          .send(joined(folder, brought.path), brought.content, replace)
          .catch(unless(isConflict, () => there.push(brought)));
      }
    };
    await Promise.all(all.map(brought => this.attempt(() => sendOne(brought))));
    return there;
  }

  private async mayReplace(there: readonly IBrought[]): Promise<boolean> {
    const { trans } = this.context;
    const names = there.map(({ path }) => path);
    const { button } = await showDialog({
      title:
        names.length === 1
          ? trans.__('Replace %1?', names[0])
          : trans.__('Replace %1 files?', grouped(names.length)),
      body:
        names.length === 1
          ? trans.__('The folder has a file of that name; what is in it would be lost.')
          : trans.__('The folder has files of these names; what is in them would be lost: %1', shortened(names)),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Keep') }),
        Dialog.warnButton({ label: trans.__('Replace') })
      ]
    });
    return button.accept;
  }

  private async isSure({ name, kind }: IEntry): Promise<boolean> {
    const { trans } = this.context;
    const { button } = await showDialog({
      title: trans.__('Delete %1?', name),
      body:
        kind === 'folder'
          ? trans.__('The folder goes with all it holds.')
          : trans.__('Whatever uses the file does not find it any more.'),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.warnButton({ label: trans.__('Delete') })
      ]
    });
    return button.accept;
  }

  private sayRemoved(name: string, path: string): void {
    const { files, pane, trans } = this.context;
    const undo = (): Promise<void> =>
      this.attempt(async () => {
        await files.restore(path);
        await pane.model.refresh();
        await this.refreshHome();
      });
    Notification.success(trans.__('%1 is deleted.', name), {
      autoClose: 15_000,
      actions: [{ label: trans.__('Undo'), callback: () => void undo() }]
    });
  }

  /** The path below the home, as JupyterLab knows it; null for what lies elsewhere. */
  private async inHome(path: string): Promise<string | null> {
    const home = await this.context.files.home();
    return path.startsWith(`${home}/`) ? path.slice(home.length + 1) : null;
  }

  private showOpen(path: string): boolean {
    const { shell } = this.context.app;
    const id = `astrohub-preview-${path}`;
    const open = [...shell.widgets('main')].some(widget => widget.id === id);
    if (open) {
      shell.activateById(id);
    }
    return open;
  }

  private async refreshHome(): Promise<void> {
    await this.context.browser?.model.refresh();
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      failed(error);
    }
  }
}

/** Let errors of one kind pass. */
function unless(isExpected: (error: unknown) => boolean, then?: () => void): (error: unknown) => void {
  return error => {
    if (!isExpected(error)) {
      throw error;
    }
    then?.();
  };
}

function shortened(names: readonly string[]): string {
  return names.length <= SHOWN_NAMES ? names.join(', ') : `${names.slice(0, SHOWN_NAMES).join(', ')}, …`;
}

function isConflict(error: unknown): boolean {
  return error instanceof QueryProblem && error.problem.slug === 'conflict';
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) {
    free = `${name} ${number}`;
  }
  return free;
}
