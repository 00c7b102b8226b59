// The memory of the user's own server: its limit, and how often a process was ended for it.
import type { Door } from './api.js';
import { objectOf } from './json.js';

/** What the server says of its memory. */
export interface IMemory {
  /** Bytes; null where there is no limit. */
  readonly limit: number | null;
  /** Processes ended so far because the limit was reached. */
  readonly kills: number;
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
}
