// In which words a kernel's end for want of memory is told, and which cell it was. Pure.
import { sizeText } from '../query/figures.js';

/** JupyterLab shows no more of a toast. */
const MOST = 140;
const NAME = 32;

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
  kernelEnded(): string | null {
    const cell = this.running;
    this.waiting.length = 0;
    return cell;
  }

  /** The cell that runs; else the one that ran last, as a kernel's end also ends its cell. */
  get running(): string | null {
    return this.waiting[0] ?? this.latest;
  }

  private readonly waiting: string[] = [];
  private latest: string | null = null;
}

/** Write the sentence; `cell` counts from 1 as on the page. */
export function endedSentence(name: string, limit: number | null, cell: number | null): string {
  const short = name.length > NAME ? `${name.slice(0, NAME - 1)}…` : name;
  const where = cell === null ? '' : ` in cell ${cell}`;
  const most = limit === null ? '' : ` (limit ${sizeText(limit)})`;
  return `${short} ran out of memory${most}${where}: its kernel was ended, its variables are gone.`.slice(0, MOST);
}
