// The user's own tables: list, make of a query, rename, copy, index, delete, bring back.
import type { Door } from './api.js';
import { type Json, listOf, numberOf, objectOf, textOf } from './json.js';

/** What rows were made of. */
export interface IOrigin {
  /** The query; empty when they came from elsewhere. */
  readonly query: string;
  /** The name of the uploaded file; empty when there was none. */
  readonly file: string;
  /** The tables that the query has read, with the time their files were written. */
  readonly tables: readonly { readonly name: string; readonly written: string }[];
}

/** Rows that were appended. */
export interface IAddition extends IOrigin {
  readonly rows: number;
  readonly made: string;
}

/** A table: its size, by what its rows are found fast, and how it was made. */
export interface IOwnTable extends IOrigin {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly created: string;
  /** Whether its rows are kept by position. */
  readonly byPosition: boolean;
  readonly copyOf: string;
  readonly additions: readonly IAddition[];
}

/** A table that was deleted and can be restored. */
export interface IDropped {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  readonly dropped: string;
}

/** The tables and how much room they take. */
export interface IHoldings {
  readonly tables: readonly IOwnTable[];
  readonly dropped: readonly IDropped[];
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** A sentence when there is little room left, else empty. */
  readonly warning: string;
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
      dropped: listOf(said['dropped']).map(one => ({
        id: textOf(one['id']),
        name: textOf(one['name']),
        rows: numberOf(one['rows']) ?? 0,
        dropped: textOf(one['dropped'])
      })),
      usedBytes: numberOf(quota['usedBytes']) ?? 0,
      limitBytes: numberOf(quota['limitBytes']) ?? 0,
      warning: textOf(quota['warning'])
    };
  }

  /** Make a table of all rows of a query. */
  async create(name: string, query: string, replace: boolean, signal: AbortSignal): Promise<IOwnTable> {
    return ownTable(objectOf(await this.door.json(PATH, 'POST', { name, query, replace }, signal)));
  }

  /** Describe a table. */
  async get(name: string): Promise<IOwnTable> {
    return ownTable(objectOf(await this.door.json(pathOf(name))));
  }

  /** Delete a table; it can be restored for a day. */
  async drop(name: string): Promise<void> {
    await this.door.json(pathOf(name), 'DELETE');
  }

  /** Bring back a table that was deleted: the last of the name, or the one of an id. */
  async restore(name: string, id = ''): Promise<void> {
    const which = id === '' ? '' : `?id=${encodeURIComponent(id)}`;
    await this.door.json(`${pathOf(name)}/restore${which}`, 'POST');
  }

  /** Give a table another name. */
  async rename(name: string, to: string): Promise<void> {
    await this.door.json(`${pathOf(name)}/rename`, 'POST', { name: to });
  }

  /** Make a table that holds what another holds. */
  async copy(name: string, to: string): Promise<void> {
    await this.door.json(`${pathOf(name)}/copy`, 'POST', { name: to });
  }

  /** Keep the rows of a table by position, so that cones and crossmatches find them fast. */
  async indexByPosition(name: string): Promise<IOwnTable> {
    return ownTable(objectOf(await this.door.json(`${pathOf(name)}/index`, 'POST', {})));
  }
}

const PATH = 'archive/mydb/tables';

function pathOf(name: string): string {
  return `${PATH}/${encodeURIComponent(name)}`;
}

function ownTable(said: Json): IOwnTable {
  const madeOf = objectOf(said['provenance']);
  return {
    ...origin(madeOf),
    name: textOf(said['name']).replace(/^mydb\./, ''),
    rows: numberOf(said['rows']) ?? 0,
    bytes: numberOf(said['bytes']) ?? 0,
    created: textOf(said['created']),
    byPosition: Array.isArray(said['position']),
    copyOf: textOf(madeOf['copyOf']),
    additions: listOf(madeOf['additions']).map(one => ({
      ...origin(one),
      rows: numberOf(one['rows']) ?? 0,
      made: textOf(one['made'])
    }))
  };
}

function origin(said: Json): IOrigin {
  return {
    query: textOf(said['query']),
    file: textOf(said['file']),
    tables: listOf(said['tables']).map(one => ({ name: textOf(one['name']), written: textOf(one['written']) }))
  };
}
