// What tables and columns the archive holds, and whoever wants to know when that changes.
import { type ISignal, Signal } from '@lumino/signaling';

import type { Door } from './api.js';
import { type Json, listOf, numberOf, objectOf, textOf } from './json.js';
import { type IProblem, problemFrom } from './problem.js';

/** The user's own schema. */
export const MYDB = 'mydb';

/** One column of a table. */
export interface IColumnEntry {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly ucd: string;
  readonly description: string;
  readonly principal: boolean;
  readonly indexed: boolean;
}

/** One table; `rows` is null where nobody counted. */
export interface ITableEntry {
  readonly name: string;
  readonly description: string;
  readonly rows: number | null;
  readonly columns: readonly IColumnEntry[];
}

/** One schema. */
export interface ISchemaEntry {
  readonly name: string;
  readonly description: string;
  readonly tables: readonly ITableEntry[];
}

/** What the archive holds, read when first asked for. */
export class Catalog {
  constructor(private readonly door: Door) {}

  /** The schemas, the problem or the waiting changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The schemas, null before they were read. */
  get schemas(): readonly ISchemaEntry[] | null {
    return this._schemas;
  }

  /** Why they could not be read. */
  get problem(): IProblem | null {
    return this._problem;
  }

  /** Read again; what was known is kept until then. */
  async refresh(): Promise<void> {
    const reading = ++this.reading;
    try {
      const schemas = schemasOf(await this.door.json('archive/catalog'));
      if (reading === this.reading) {
        this._schemas = schemas;
        this._problem = null;
      }
    } catch (error) {
      if (reading === this.reading) {
        this._problem = problemFrom(error);
      }
    }
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _schemas: readonly ISchemaEntry[] | null = null;
  private _problem: IProblem | null = null;
  private reading = 0;
}

function schemasOf(document: unknown): ISchemaEntry[] {
  return listOf(objectOf(document)['schemas']).map(said => {
    const name = textOf(said['name']);
    return {
      name,
      description: textOf(said['description']),
      tables: listOf(said['tables']).map(table => tableOf(table, name))
    };
  });
}

function tableOf(said: Json, schema: string): ITableEntry {
  const name = textOf(said['name']);
  return {
    name: name.startsWith(`${schema}.`) ? name.slice(schema.length + 1) : name,
    description: textOf(said['description']),
    rows: numberOf(said['rows']),
    columns: listOf(said['columns']).map(columnOf)
  };
}

function columnOf(said: Json): IColumnEntry {
  const shape = textOf(said['arraysize']);
  return {
    name: textOf(said['name']),
    type: shape ? `${textOf(said['datatype'])}[${shape}]` : textOf(said['datatype']),
    unit: textOf(said['unit']),
    ucd: textOf(said['ucd']),
    description: textOf(said['description']),
    principal: said['principal'] === true,
    indexed: said['indexed'] === true
  };
}
