// Whether want of memory is why a kernel has ended: what the server has counted since it was last asked.
import type { IMemory } from '../archive/memory.js';
import { endedSentence, RunningCells } from './told.js';

/** A server that is short of memory, or restarts a kernel, may not answer at once. */
const TRIES = 5;
const PAUSE_MS = 2000;

/** Knows how often the server has lost a process for want of memory, and what runs in each notebook. */
export class MemoryWatch {
  /**
   * @param memory - What the server says of its memory.
   * @param pause - Waits before the server is asked again.
   */
  constructor(
    private readonly memory: { read(): Promise<IMemory> },
    private readonly pause: () => Promise<unknown> = () => new Promise(done => setTimeout(done, PAUSE_MS))
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
      this.kills ??= (await this.beginning)?.kills ?? null;
      this.beginning = null;
    }
  }

  /** A kernel has ended: return why, in a sentence, if memory is why. */
  async whyEnded(name: string, cell: number | null, orLater = false): Promise<string | null> {
    const found = await this.ask();
    if (found === null) {
      return null; // the server itself is away, and Lab says so
    }
    const lost = this.kills !== null && found.kills > this.kills;
    this.kills = found.kills;
    return lost ? endedSentence(name, found.limit, cell, orLater) : null;
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
  private kills: number | null = null;
}
