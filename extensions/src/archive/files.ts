// The VOSpace: folders page by page, and what can be done with their entries.
import type { Door, IUpload } from './api.js';
import { type Json, listOf, numberOf, objectOf, textOf } from './json.js';

/** One entry of a folder. */
export interface IEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly size: number | null;
  /** When it was last changed, ISO 8601 in UTC; empty if unknown. */
  readonly modified: string;
  readonly writable: boolean;
}

/** A page of a folder. */
export interface IPage {
  readonly writable: boolean;
  readonly entries: readonly IEntry[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** The files of the VOSpace; paths are names joined by slashes, empty for the root. */
export class Files {
  constructor(private readonly door: Door) {}

  /** Read a page of a folder. */
  async list(path: string, after: string | null = null): Promise<IPage> {
    const query = after === null ? '' : `?after=${encodeURIComponent(after)}`;
    const said = objectOf(await this.door.json(`${wire(path)}${query}`));
    const next = textOf(said['next']);
    return {
      writable: said['writable'] === true,
      entries: listOf(said['entries']).map(entryOf),
      next: next === '' ? null : next
    };
  }

  /** The path of the user's own home, which is the folder JupyterLab shows. */
  async home(): Promise<string> {
    const { entries } = await this.list('home');
    return entries[0] ? `home/${entries[0].name}` : 'home';
  }

  /** The address from which the browser downloads a file. */
  address(path: string): string {
    return this.door.address(wire(path));
  }

  /** Read the first bytes of a file. */
  async read(path: string, mostBytes: number): Promise<Blob> {
    const headers = { Range: `bytes=0-${mostBytes - 1}` };
    return (await this.door.send(wire(path), { headers })).blob();
  }

  /** Write a file; unless it may replace one, a file of that name is left alone. */
  async upload(path: string, upload: IUpload, replace: boolean): Promise<void> {
    const headers = { ...upload.headers, ...(replace ? {} : { 'If-None-Match': '*' }) };
    await this.door.upload(wire(path), { ...upload, headers });
  }

  /** Make a folder. */
  async makeFolder(path: string): Promise<void> {
    await this.door.json(wire(path), 'POST', { action: 'mkdir' });
  }

  /** Give an entry another place or name. */
  async move(path: string, to: string): Promise<void> {
    await this.door.json(wire(path), 'POST', { action: 'move', to: `/${to}`, replace: false });
  }

  /** Copy an entry within the space. */
  async copy(path: string, to: string): Promise<void> {
    await this.door.json(wire(path), 'POST', { action: 'copy', to: `/${to}`, replace: false });
  }

  /** Delete an entry, a folder with all it holds. */
  async remove(path: string): Promise<void> {
    await this.door.json(`${wire(path)}?recursive=true`, 'DELETE');
  }

  /** Bring back what was deleted. */
  async restore(path: string): Promise<void> {
    await this.door.json(wire(path), 'POST', { action: 'restore' });
  }
}

/** Join a folder's path and a name. */
export function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function wire(path: string): string {
  const steps = path.split('/').filter(step => step !== '');
  return ['archive', 'files', ...steps.map(encodeURIComponent)].join('/');
}

function entryOf(said: Json): IEntry {
  const kind = said['kind'];
  return {
    name: textOf(said['name']),
    kind: kind === 'folder' || kind === 'link' ? kind : 'file',
    size: numberOf(said['size']),
    modified: textOf(said['modified']),
    writable: said['writable'] === true
  };
}
