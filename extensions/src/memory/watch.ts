// Whether want of memory is why a kernel has ended: what the server has counted since it was last asked.
import type { IMemory } from '../archive/memory.js';
import { endedSentence, RunningCells } from './told.js';

/** A server that is short of memory, or restarts a kernel, may not answer at once. */
const TRIES = 5;
const PAUSE_MS = 2000;
/** Kernels that ended within this time may have ended together: Jupyter looks after each of them every three seconds. */
const TOGETHER_MS = 10_000;

/** Knows how often the server has lost a process for want of memory, and what runs in each notebook. */
export class MemoryWatch {
  /**
   * @param memory - What the server says of its memory.
   * @param pause - Waits before the server is asked again.
   * @param now - The time, in milliseconds.
   */
  constructor(
    private readonly memory: { read(): Promise<IMemory> },
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
      this.beginning ??= this.ask();
      const found = (await this.beginning)?.kills ?? null;
      this.beginning = null;
      this.found ??= found; // a kernel may have ended meanwhile
      this.kills ??= found;
    }
  }

  /** A kernel has ended: return why, in a sentence, if memory is why. Those that end together are told of in turn. */
  whyEnded(name: string, cell: number | null, orLater = false): Promise<string | null> {
    const at = this.now();
    const why = this.telling.then(async () => {
      const found = await this.ask();
      // where the server itself is away, Lab says so
      return found !== null && this.spends(found.kills, at) ? endedSentence(name, found.limit, cell, orLater) : null;
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

  private async ask(): Promise<IMemory | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.memory.read();
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
