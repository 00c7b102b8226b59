// Whether want of memory is why a kernel has ended: what the server has counted since it was last asked.
import type { IMemory, IRan } from '../archive/memory.js';
import { endedSentence, endOf, type IEnd, RunningCells } from './told.js';

/** A server that is short of memory, or restarts a kernel, may not answer at once. */
const TRIES = 5;
const PAUSE_MS = 2000;
/** Kernels that ended within this time may have ended together: Jupyter looks after each of them every three seconds. */
const TOGETHER_MS = 10_000;

/** What can be asked of the server. */
export interface IMemoryServer {
  read(): Promise<IMemory>;
  ran(kernel: string): Promise<IRan | null>;
}

/** Knows how often the server has lost a process for want of memory, and what runs in each notebook. */
export class MemoryWatch {
  /**
   * @param memory - What the server says of its memory.
   * @param pause - Waits before the server is asked again.
   * @param now - The time, in milliseconds.
   */
  constructor(
    private readonly memory: IMemoryServer,
    private readonly pause: () => Promise<unknown> = () => new Promise(done => setTimeout(done, PAUSE_MS)),
    private readonly now: () => number = () => performance.now()
  ) {}

  /** The cells of a notebook that run or wait to. */
  cellsOf(notebook: string): RunningCells {
    const known = this.cells.get(notebook) ?? new RunningCells();
    this.cells.set(notebook, known);
    return known;
  }

  /** A notebook was closed. */
  forget(notebook: string): void {
    this.cells.delete(notebook);
  }

  /** Take note of how it is before a kernel ends, unless that is known. */
  async begin(): Promise<void> {
    if (this.kills === null) {
      this.beginning ??= this.ask(() => this.memory.read());
      const found = (await this.beginning)?.kills ?? null;
      this.beginning = null;
      this.found ??= found; // a kernel may have ended meanwhile
      this.kills ??= found;
    }
  }

  /** The kernel of a notebook has ended: return in which cell. The next one that it gets may run others by then. */
  async kernelEnded(notebook: string, kernel: string | undefined): Promise<IEnd> {
    const seen = this.cellsOf(notebook).kernelEnded();
    return endOf(kernel === undefined ? null : await this.ask(() => this.memory.ran(kernel)), seen);
  }

  /**
   * A kernel has ended: return why, in a sentence, if memory is why. Those that end together are told of in turn.
   * @param name - The notebook's name.
   * @param cells - The ids of its cells, in order.
   * @param end - In which of them.
   */
  whyEnded(name: string, cells: readonly string[], end: Promise<IEnd>): Promise<string | null> {
    const now = this.now();
    const why = this.telling.then(async () => {
      const found = await this.ask(() => this.memory.read());
      if (found === null || !this.spends(found.kills, now)) {
        return null; // where the server itself is away, Lab says so
      }
      const { cell, orLater } = await end;
      const at = cell === null ? -1 : cells.indexOf(cell);
      return endedSentence(name, found.limit, at < 0 ? null : at + 1, orLater);
    });
    this.telling = why;
    return why;
  }

  /** Whether one of the losses is this kernel's. Those left over are of kernels that end with it, or of what they had begun. */
  private spends(found: number, at: number): boolean {
    const spent = at - this.endedAt > TOGETHER_MS ? this.found : this.kills;
    this.endedAt = at;
    this.found = found;
    const isLost = spent !== null && found > spent;
    this.kills = isLost ? spent + 1 : found;
    return isLost;
  }

  private async ask<T>(question: () => Promise<T>): Promise<T | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await question();
      } catch {
        if (tries === TRIES) {
          return null;
        }
      }
      await this.pause();
    }
  }

  private readonly cells = new Map<string, RunningCells>();
  private beginning: Promise<IMemory | null> | null = null;
  private telling: Promise<unknown> = Promise.resolve();
  /** The count as it was found last. */
  private found: number | null = null;
  /** As much of it as was told of. */
  private kills: number | null = null;
  /** When a kernel ended last. */
  private endedAt = -Infinity;
}
