// The VOSpace pane: where one is, what is there, what is on its way.
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileUploadIcon, newFolderIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';

import { type IEntry, joined } from '../archive/files.js';
import { actOnKey, button, element } from '../dom.js';
import { filesIcon } from '../icons.js';
import { grouped } from '../query/figures.js';
import { iconButton, SidePane } from '../side/pane.js';
import { failed } from '../side/toasts.js';
import { broughtBy, chosen, type IBrought } from './brought.js';
import { DRAGGED } from './drag.js';
import { drawEntry } from './entry.js';
import type { FolderModel } from './model.js';
import { UploadList } from './upload-list.js';
import type { Uploads } from './uploads.js';

/** What somebody wants done with the selected entry. */
export type Wish = 'open' | 'rename' | 'delete' | 'new-folder' | 'toggle-hidden';

/** Files that are to come into a folder. */
export interface IArrival {
  readonly folder: string;
  readonly all: readonly IBrought[];
}

/** The VOSpace pane. */
export class FilesPane extends SidePane {
  constructor(
    readonly model: FolderModel,
    uploads: Uploads,
    private readonly trans: TranslationBundle
  ) {
    super('astrohub-files', filesIcon, trans.__('VOSpace'));
    this.addClass('ah-Files');
    this.newFolder = iconButton(newFolderIcon, trans.__('New folder'), () => this._wished.emit('new-folder'));
    this.choose = iconButton(fileUploadIcon, trans.__('Upload files'), () => this.chooser.click());
    const refresh = iconButton(refreshIcon, trans.__('Refresh'), () => void model.refresh());
    this.head.append(this.newFolder, this.choose, refresh);
    this.crumbs.setAttribute('aria-label', trans.__('Folder'));
    this.list.setAttribute('aria-label', trans.__('Entries'));
    this.above(this.crumbs);
    this.node.append(new UploadList(uploads, trans).node);
    this.listen();
    model.changed.connect(this.draw, this);
  }

  /** Somebody wants something done. */
  get wished(): ISignal<this, Wish> {
    return this._wished;
  }

  /** Files were chosen or dropped, to be uploaded. */
  get brought(): ISignal<this, IArrival> {
    return this._brought;
  }

  /** The entry that is selected. */
  get selected(): IEntry | null {
    return this.model.entries?.find(({ name }) => name === this.current) ?? null;
  }

  /** The selected entry's path. */
  get selectedPath(): string | null {
    return this.selected ? joined(this.model.path, this.selected.name) : null;
  }

  /** Go to a folder and select an entry. */
  async reveal(folder: string, name: string | null): Promise<void> {
    this.asked = true;
    this.current = name;
    await this.model.go(folder);
    this.nodeOf(name)?.scrollIntoView({ block: 'nearest' });
  }

  /** Let the entry be given another name in its place; null when that was given up. */
  ask(name: string): Promise<string | null> {
    const label = this.nodeOf(name)?.querySelector('.ah-Entry-name');
    if (!label) {
      return Promise.resolve(null);
    }
    const field = element('input', { type: 'text', class: 'ah-Field', 'aria-label': this.trans.__('New name') });
    field.value = name;
    label.replaceChildren(field);
    field.focus();
    field.setSelectionRange(0, name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length);
    return new Promise(resolve => {
      let done = false;
      const end = (said: string | null): void => {
        if (!done) {
          done = true;
          resolve(said);
          label.replaceChildren(name);
          this.nodeOf(name)?.focus();
        }
      };
      field.addEventListener('blur', () => end(field.value));
      field.addEventListener('keydown', event => {
        event.stopPropagation();
        if (event.key === 'Enter' || event.key === 'Escape') {
          end(event.key === 'Enter' ? field.value : null);
        }
      });
    });
  }

  protected override onBeforeShow(_: Message): void {
    if (!this.asked) {
      this.asked = true;
      void this.model.go(this.model.path);
    }
  }

  protected override onActivateRequest(_: Message): void {
    this.focusHead();
    this.focusEntry();
  }

  private listen(): void {
    this.chooser.addEventListener('change', () => {
      this._brought.emit({ folder: this.model.path, all: chosen(this.chooser.files ?? []) });
      this.chooser.value = '';
    });
    this.list.addEventListener('click', event => this.select(nameAt(event.target)));
    this.list.addEventListener('focusin', event => this.select(nameAt(event.target)));
    this.list.addEventListener('contextmenu', event => this.select(nameAt(event.target)), { capture: true });
    this.list.addEventListener('dblclick', () => this._wished.emit('open'));
    this.list.addEventListener('keydown', event => this.onKey(event));
    this.list.addEventListener('dragstart', event => this.onDrag(event));
    // Pressed by a key: then it was clicked no times.
    this.crumbs.addEventListener('click', ({ detail }) => (this.isByKey = detail === 0), { capture: true });
    this.crumbs.addEventListener('click', () => (this.isByKey = false));
    this.body.addEventListener('dragover', event => this.onOver(event));
    this.body.addEventListener('dragleave', () => this.body.classList.remove('ah-mod-target'));
    this.body.addEventListener('drop', event => this.onDrop(event));
  }

  private draw(): void {
    const { model, trans } = this;
    this.drawCrumbs();
    this.newFolder.disabled = this.choose.disabled = !model.writable;
    const { entries, problem } = model;
    if (problem !== null) {
      this.showProblem(problem.sentence, trans.__('Try again'), () => void model.refresh());
    } else if (entries === null) {
      this.isAwaited ||= this.isByKey; // it may be drawn again before it comes
      this.showWaiting();
      return;
    } else if (entries.length === 0) {
      this.show_(element('p', { class: 'ah-Side-empty' }, this.emptyText()), ...this.hiddenLine());
    } else {
      this.drawEntries(entries);
    }
    this.goOn();
  }

  /** Let whoever came by the keyboard go on in the list, or at the crumbs where there is none. */
  private goOn(): void {
    if (this.isAwaited && document.activeElement === document.body) {
      this.crumbs.querySelector<HTMLElement>('[aria-current]')?.focus();
      this.focusEntry();
    }
    this.isAwaited = false;
  }

  private drawEntries(entries: readonly IEntry[]): void {
    const { model, trans } = this;
    const focused = this.list.contains(document.activeElement);
    const scrolled = this.body.scrollTop;
    this.list.replaceChildren(...entries.map(entry => drawEntry(entry, trans)));
    this.show_(this.list);
    if (model.more) {
      const label = trans.__('%1 entries show. Show more', grouped(entries.length));
      this.body.append(button('ah-Link ah-Files-more', label, () => void model.readMore()));
    }
    this.body.append(...this.hiddenLine());
    this.body.scrollTop = scrolled;
    this.mark();
    if (focused) {
      this.focusEntry();
    }
  }

  /** Say that there is more than shows. */
  private hiddenLine(): HTMLElement[] {
    const { model, trans } = this;
    const { hidden } = model;
    if (hidden === 0) {
      return [];
    }
    const said = hidden === 1 ? trans.__('1 hidden entry.') : trans.__('%1 hidden entries.', grouped(hidden));
    const label = model.showsHidden ? trans.__('Hide') : trans.__('Show');
    const turn = button('ah-Link', label, () => this._wished.emit('toggle-hidden'));
    turn.setAttribute('aria-label', model.showsHidden ? trans.__('Hide hidden entries') : trans.__('Show hidden entries'));
    return [element('p', { class: 'ah-Files-hidden' }, said, ' ', turn)];
  }

  private emptyText(): string {
    return this.model.writable
      ? this.trans.__('Nothing here yet. Drop files from your computer here, or use Save to VOSpace… above a result.')
      : this.trans.__('This folder is empty.');
  }

  private drawCrumbs(): void {
    const steps = this.model.path.split('/').filter(step => step !== '');
    const crumb = (label: string, path: string, last: boolean): HTMLElement => {
      const made = button('ah-Crumb', label, () => void this.model.go(path));
      if (last) {
        made.setAttribute('aria-current', 'location');
      }
      return made;
    };
    const root = crumb('', '', steps.length === 0);
    root.append(filesIcon.element({ tag: 'span', stylesheet: 'menuItem' }));
    root.setAttribute('aria-label', this.trans.__('VOSpace'));
    root.title = this.trans.__('VOSpace');
    const crumbs = [root];
    steps.forEach((step, index) => {
      crumbs.push(element('span', { class: 'ah-Crumb-mark', 'aria-hidden': 'true' }, '/'));
      crumbs.push(crumb(step, steps.slice(0, index + 1).join('/'), index === steps.length - 1));
    });
    this.crumbs.replaceChildren(...crumbs);
  }

  private select(name: string | null): void {
    if (name !== null && name !== this.current) {
      this.current = name;
      this.mark();
    }
  }

  private mark(): void {
    for (const node of this.list.querySelectorAll('[aria-selected=true]')) {
      node.removeAttribute('aria-selected');
      node.setAttribute('tabindex', '-1');
    }
    const node = this.selected ? this.nodeOf(this.current) : null;
    node?.setAttribute('aria-selected', 'true');
    (node ?? this.list.firstElementChild)?.setAttribute('tabindex', '0');
  }

  private focusEntry(): void {
    const node = this.nodeOf(this.current) ?? (this.list.firstElementChild as HTMLElement | null);
    node?.focus();
  }

  private nodeOf(name: string | null): HTMLElement | null {
    const index = this.model.entries?.findIndex(entry => entry.name === name) ?? -1;
    return (this.list.children[index] as HTMLElement | undefined) ?? null;
  }

  private onKey(event: KeyboardEvent): void {
    const entries = this.model.entries ?? [];
    const at = entries.findIndex(({ name }) => name === this.current);
    this.isByKey = true;
    actOnKey(event, {
      ArrowDown: () => this.move(at + 1),
      ArrowUp: () => this.move(Math.max(at - 1, 0)),
      Home: () => this.move(0),
      End: () => this.move(entries.length - 1),
      Enter: () => this._wished.emit('open'),
      Backspace: () => this.goUp(),
      F2: () => this._wished.emit('rename'),
      Delete: () => this._wished.emit('delete')
    });
    this.isByKey = false;
  }

  /** Go to the folder that holds this one, with this one selected; nothing holds the root. */
  private goUp(): void {
    const steps = this.model.path.split('/').filter(step => step !== '');
    const left = steps.pop();
    if (left !== undefined) {
      void this.reveal(steps.join('/'), left);
    }
  }

  private move(to: number): void {
    const entry = this.model.entries?.[to];
    if (entry) {
      this.select(entry.name);
      this.nodeOf(entry.name)?.focus();
    }
  }

  private onDrag(event: DragEvent): void {
    this.select(nameAt(event.target));
    const path = this.selectedPath;
    if (path !== null && event.dataTransfer) {
      event.dataTransfer.setData(DRAGGED, path);
      event.dataTransfer.setData('text/plain', path);
      event.dataTransfer.effectAllowed = 'copy';
    }
  }

  private onOver(event: DragEvent): void {
    if (event.dataTransfer?.types.includes('Files')) {
      event.preventDefault(); // else the browser would leave the page for the file
      event.stopPropagation();
      event.dataTransfer.dropEffect = this.model.writable ? 'copy' : 'none';
      this.body.classList.toggle('ah-mod-target', this.model.writable);
    }
  }

  private onDrop(event: DragEvent): void {
    this.body.classList.remove('ah-mod-target');
    const { dataTransfer: transfer } = event;
    if (!transfer?.types.includes('Files')) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (this.model.writable) {
      const folder = this.model.path;
      const tooMany = this.trans.__('That is too much for a drop: send it with astrohub files put, or as one archive file.');
      broughtBy(transfer, tooMany).then(all => this._brought.emit({ folder, all }), failed);
    }
  }

  private readonly newFolder: HTMLButtonElement;
  private readonly choose: HTMLButtonElement;
  private readonly chooser = element('input', { type: 'file', multiple: '' });
  private readonly crumbs = element('nav', { class: 'ah-Crumbs' });
  private readonly list = element('div', { class: 'ah-Entries', role: 'listbox' });
  private readonly _wished = new Signal<this, Wish>(this);
  private readonly _brought = new Signal<this, IArrival>(this);
  private current: string | null = null;
  private asked = false;
  /** Whether what happens right now was begun by a key. */
  private isByKey = false;
  /** Whether the folder that comes was asked for by a key. */
  private isAwaited = false;
}

function nameAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest('.ah-Entry')?.getAttribute('data-name') ?? null) : null;
}
