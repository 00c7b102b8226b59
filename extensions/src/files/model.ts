// One folder of the VOSpace at a time: its entries page by page, and what runs. No DOM, no dialogs.
import { type ISignal, Signal } from '@lumino/signaling';

import { type Files, type IEntry, joined } from '../archive/files.js';
import { type IProblem, problemOf, QueryProblem } from '../archive/problem.js';

/** A file on its way into the VOSpace. */
export interface IUploading {
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly control: AbortController;
}

/** One folder and its entries. */
export class FolderModel {
  constructor(private readonly files: Files) {}

  /** The folder, its entries, the problem or an upload changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get path(): string {
    return this._path;
  }

  /** The entries that were read; null before the first page came. */
  get entries(): readonly IEntry[] | null {
    return this._entries;
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

  get uploads(): readonly IUploading[] {
    return this._uploads;
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

  /** Write a file into the folder; one of that name is left alone unless it may be replaced. */
  async upload(name: string, body: Blob, replace: boolean): Promise<void> {
    const control = new AbortController();
    const folder = this._path;
    let mine: IUploading = { name, size: body.size, sent: 0, control };
    this._uploads = [...this._uploads, mine];
    const tell = (now: IUploading | null): void => {
      this._uploads = this._uploads.flatMap(each => (each !== mine ? [each] : now ? [now] : []));
      mine = now ?? mine;
      this._changed.emit();
    };
    const onProgress = (sent: number): void => tell({ ...mine, sent });
    try {
      await this.files.upload(joined(folder, name), { body, signal: control.signal, onProgress }, replace);
    } finally {
      tell(null);
    }
    if (this._path === folder) {
      await this.refresh();
    }
  }

  private async read(after: string | null): Promise<void> {
    const reading = ++this.reading;
    const path = this._path;
    try {
      const page = await this.files.list(path, after);
      if (reading === this.reading) {
        this._entries = after === null ? page.entries : [...(this._entries ?? []), ...page.entries];
        this._writable = page.writable;
        this.next = page.next;
        this._problem = null;
      }
    } catch (error) {
      if (reading === this.reading) {
        this._problem = error instanceof QueryProblem ? error.problem : problemOf('error', String(error));
      }
    }
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _path = '';
  private _entries: readonly IEntry[] | null = null;
  private _writable = false;
  private _problem: IProblem | null = null;
  private _uploads: readonly IUploading[] = [];
  private next: string | null = null;
  private reading = 0;
}
