// In which words a kernel's end for want of memory is told, and which cell it was. Pure.
import type { IRan } from '../archive/memory.js';
import { sizeText } from '../query/figures.js';

/** JupyterLab shows no more of a toast. */
const MOST = 140;
const NAME = 32;

/** Where a kernel's end was noticed. */
export interface IEnd {
  /** The first cell of which no end was told; null where nothing ran. */
  readonly cell: string | null;
  /** Whether others waited behind it: one of them may have been begun, as a kernel's last words are often lost. */
  readonly orLater: boolean;
}

/** What is known of a kernel's end: what the kernel has noted before it ran it, else what the page has seen. */
export function endOf(noted: IRan | null, seen: IEnd): IEnd {
  return noted === null ? seen : { cell: noted.cell, orLater: false };
}

/** The cells of one notebook that run or wait to, in order. */
export class RunningCells {
  /** A cell was asked to run. */
  scheduled(cell: string): void {
    this.waiting.push(cell);
  }

  /** A cell has ended, whichever way. */
  ended(cell: string): void {
    const at = this.waiting.indexOf(cell);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      this.latest = cell;
    }
  }

  /** The kernel has ended, and whatever ran or waited with it: return which cell it was. JupyterLab tells of none. */
  kernelEnded(): IEnd {
    const end = { cell: this.running, orLater: this.waiting.length > 1 };
    this.waiting.length = 0;
    return end;
  }

  /** The cell that runs; else the one that ran last, as a kernel's end also ends its cell. */
  get running(): string | null {
    return this.waiting[0] ?? this.latest;
  }

  private readonly waiting: string[] = [];
  private latest: string | null = null;
}

/** Write the sentence; `cell` counts from 1 as on the page, or it was one after that. */
export function endedSentence(name: string, limit: number | null, cell: number | null, orLater = false): string {
  const short = name.length > NAME ? `${name.slice(0, NAME - 1)}…` : name;
  const where = cell === null ? '' : ` in cell ${cell}${orLater ? ' or later' : ''}`;
  const most = limit === null ? '' : ` (limit ${sizeText(limit)})`;
  return `${short} ran out of memory${most}${where}: its kernel was ended, its variables are gone.`.slice(0, MOST);
}
