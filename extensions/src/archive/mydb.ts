// The user's own tables: list, make of a query, delete, bring back.
import type { Door } from './api.js';
import { listOf, numberOf, objectOf, textOf } from './json.js';

/** How large a table is. */
export interface IOwnTable {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** The query it was made of; empty when it came from elsewhere. */
  readonly query: string;
}

/** The tables and how much room they take. */
export interface IHoldings {
  readonly tables: readonly IOwnTable[];
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** What a table may be called: an identifier of ADQL, at most 64 long. */
export function isTableName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name);
}

/** The user's own tables. */
export class MyDb {
  constructor(private readonly door: Door) {}

  /** List the tables, and how much room there is. */
  async list(): Promise<IHoldings> {
    const said = objectOf(await this.door.json(PATH));
    const quota = objectOf(said['quota']);
    return {
      tables: listOf(said['tables']).map(ownTable),
      usedBytes: numberOf(quota['usedBytes']) ?? 0,
      limitBytes: numberOf(quota['limitBytes']) ?? 0
    };
  }

  /** Make a table of all rows of a query. */
  async create(name: string, query: string, replace: boolean, signal: AbortSignal): Promise<IOwnTable> {
    return ownTable(objectOf(await this.door.json(PATH, 'POST', { name, query, replace }, signal)));
  }

  /** Delete a table; it can be restored for a day. */
  async drop(name: string): Promise<void> {
    await this.door.json(`${PATH}/${encodeURIComponent(name)}`, 'DELETE');
  }

  /** Bring back a table that was deleted. */
  async restore(name: string): Promise<void> {
    await this.door.json(`${PATH}/${encodeURIComponent(name)}/restore`, 'POST');
  }
}

const PATH = 'archive/mydb/tables';

function ownTable(said: ReturnType<typeof objectOf>): IOwnTable {
  return {
    name: textOf(said['name']).replace(/^mydb\./, ''),
    rows: numberOf(said['rows']) ?? 0,
    bytes: numberOf(said['bytes']) ?? 0,
    query: textOf(objectOf(said['provenance'])['query'])
  };
}
