// What somebody brings from the desktop: files, and folders with all they hold.
import { joined } from '../archive/files.js';
import { problemOf, QueryProblem } from '../archive/problem.js';

/** More than this is no drop but a move of house. */
const MOST_ENTRIES = 5000;

/** A file with its path below where it is dropped; a folder has no content. */
export interface IBrought {
  readonly path: string;
  readonly content: File | null;
}

/** Take what files a chooser gave. */
export function chosen(files: Iterable<File>): IBrought[] {
  return Array.from(files, content => ({ path: content.name, content }));
}

/**
 * Read what a drop holds, folders through and through.
 *
 * @param tooMany - What is said when it holds too much.
 */
export async function broughtBy(transfer: DataTransfer, tooMany: string): Promise<IBrought[]> {
  // At once: after the event the items are gone.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map(item => item.webkitGetAsEntry());
  const plain = chosen(transfer.files);
  if (!entries.some(entry => entry?.isDirectory)) {
    return plain;
  }
  const found: IBrought[] = [];
  for (const entry of entries) {
    if (entry !== null) {
      await collect(entry, '', found, tooMany);
    }
  }
  return found;
}

async function collect(entry: FileSystemEntry, folder: string, found: IBrought[], tooMany: string): Promise<void> {
  if (found.length >= MOST_ENTRIES) {
    throw new QueryProblem(problemOf('usage', tooMany));
  }
  const path = joined(folder, entry.name);
  if (isFile(entry)) {
    found.push({ path, content: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) });
  } else if (isFolder(entry)) {
    found.push({ path, content: null });
    for (const child of await childrenOf(entry)) {
      await collect(child, path, found, tooMany);
    }
  }
}

/** A reader gives a folder's entries in parts; an empty one is the last. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) {
      return all;
    }
    all.push(...part);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
