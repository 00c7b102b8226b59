// One folder of the VOSpace at a time: its entries page by page. No DOM, no dialogs.
import { type ISignal, Signal } from '@lumino/signaling';

import type { Files, IEntry } from '../archive/files.js';
import { type IProblem, problemFrom } from '../archive/problem.js';

/** One folder and its entries. */
export class FolderModel {
  constructor(private readonly files: Files) {}

  /** The folder, its entries, the problem or what is shown of them changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get path(): string {
    return this._path;
  }

  /** The entries that show; null before the first page came. */
  get entries(): readonly IEntry[] | null {
    return this._showsHidden ? this._entries : (this._entries?.filter(({ name }) => !isHidden(name)) ?? null);
  }

  /** The names that were read, hidden ones too. */
  get names(): readonly string[] {
    return this._entries?.map(({ name }) => name) ?? [];
  }

  /** How many of the entries that were read are hidden ones, which programs keep for themselves. */
  get hidden(): number {
    return this.names.filter(isHidden).length;
  }

  /** Whether hidden entries show. */
  get showsHidden(): boolean {
    return this._showsHidden;
  }

  set showsHidden(shows: boolean) {
    if (shows !== this._showsHidden) {
      this._showsHidden = shows;
      this._changed.emit();
    }
  }

  get writable(): boolean {
    return this._writable;
  }

  get more(): boolean {
    return this.next !== null;
  }

  get problem(): IProblem | null {
    return this._problem;
  }

  /** Go to a folder. */
  async go(path: string): Promise<void> {
    this._path = path;
    this._entries = null;
    this._writable = false;
    this._problem = null;
    this._changed.emit();
    await this.refresh();
  }

  /** Read the folder again, from its beginning. */
  async refresh(): Promise<void> {
    await this.read(null);
  }

  /** Read the next page. */
  async readMore(): Promise<void> {
    if (this.next !== null) {
      await this.read(this.next);
    }
  }

  private async read(after: string | null): Promise<void> {
    const reading = ++this.reading;
    const path = this._path;
    try {
      const page = await this.files.list(path, after);
      if (reading !== this.reading) {
        return; // another one has begun, and tells
      }
      this._entries = after === null ? page.entries : [...(this._entries ?? []), ...page.entries];
      this._writable = page.writable;
      this.next = page.next;
      this._problem = null;
    } catch (error) {
      if (reading !== this.reading) {
        return;
      }
      this._problem = problemFrom(error);
    }
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _path = '';
  private _entries: readonly IEntry[] | null = null;
  private _writable = false;
  private _showsHidden = false;
  private _problem: IProblem | null = null;
  private next: string | null = null;
  private reading = 0;
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}
