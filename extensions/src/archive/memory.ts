// The memory of the user's own server: its limit, how often a process was ended for it, what a kernel ran then.
import type { Door } from './api.js';
import { objectOf, textOf } from './json.js';

/** What the server says of its memory. */
export interface IMemory {
  /** Bytes; null where there is no limit. */
  readonly limit: number | null;
  /** Processes ended so far because the limit was reached. */
  readonly kills: number;
}

/** What a kernel ran when it ended. */
export interface IRan {
  /** The cell's id; null where no cell ran. */
  readonly cell: string | null;
}

/** The memory of the user's own server. */
export class ServerMemory {
  constructor(private readonly door: Door) {}

  /** Ask how it is now. */
  async read(): Promise<IMemory> {
    const said = objectOf(await this.door.json('memory'));
    const { limit, kills } = said;
    return {
      limit: typeof limit === 'number' ? limit : null,
      kills: typeof kills === 'number' ? kills : 0
    };
  }
  /** Ask what a kernel ran when it ended; null where it has kept no record. */
  async ran(kernel: string): Promise<IRan | null> {
    const { ran } = objectOf(await this.door.json(`kernels/${encodeURIComponent(kernel)}/ran`));
    return typeof ran === 'object' && ran !== null ? { cell: textOf(objectOf(ran)['cell']) || null } : null;
  }
}
