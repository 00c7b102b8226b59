// The rows that show of schemas, tables and columns: only what is open, and what a search finds. Pure functions.
import { type IColumnEntry, type ISchemaEntry, type ITableEntry, MYDB } from '../archive/catalog.js';
import { matches } from './search.js';

/** How many columns of a table show at first, and how many more each time. */
export const PAGE = 300;

/** One row of the tree. */
export type Row =
  | { readonly kind: 'schema'; readonly schema: ISchemaEntry; readonly open: boolean; readonly key: string }
  | {
      readonly kind: 'table';
      readonly schema: ISchemaEntry;
      readonly table: ITableEntry;
      readonly open: boolean;
      readonly key: string;
    }
  | {
      readonly kind: 'column';
      readonly schema: ISchemaEntry;
      readonly table: ITableEntry;
      readonly column: IColumnEntry;
      readonly key: string;
    }
  | { readonly kind: 'more'; readonly table: string; readonly left: number; readonly key: string }
  | { readonly kind: 'empty'; readonly key: string };

/** How the tree is looked at. */
export interface ILook {
  /** Keys of rows that are not as they are at first: closed ones opened, open ones closed. */
  readonly turned: ReadonlySet<string>;
  /** The words that are looked for. */
  readonly words: readonly string[];
  /** How many columns show, by table key, where that is not `PAGE`. */
  readonly shown: ReadonlyMap<string, number>;
}

/** How deep a row stands, from 1. */
export function levelOf(row: Row): 1 | 2 | 3 {
  switch (row.kind) {
    case 'schema':
      return 1;
    case 'table':
    case 'empty':
      return 2;
    default:
      return 3;
  }
}

/** Lay the rows out. */
export function rowsOf(schemas: readonly ISchemaEntry[], look: ILook): readonly Row[] {
  return schemas.flatMap(schema => rowsOfSchema(schema, look));
}

function rowsOfSchema(schema: ISchemaEntry, look: ILook): Row[] {
  const { words } = look;
  const searching = words.length > 0;
  const itself = searching && matches(words, schema.name, schema.description);
  const tables = schema.tables.flatMap(table => rowsOfTable(schema, table, look, itself));
  if (searching && !itself && tables.length === 0) {
    return [];
  }
  const key = schema.name;
  const open = look.turned.has(key) !== (searching || schema.name === MYDB);
  const rows: Row[] = [{ kind: 'schema', schema, open, key }];
  if (open) {
    rows.push(...tables);
    if (schema.tables.length === 0) {
      rows.push({ kind: 'empty', key: `${key}.` });
    }
  }
  return rows;
}

function rowsOfTable(schema: ISchemaEntry, table: ITableEntry, look: ILook, wanted: boolean): Row[] {
  const { words, turned, shown } = look;
  const searching = words.length > 0;
  const found = searching ? table.columns.filter(column => isFound(column, words)) : [];
  if (searching && !wanted && found.length === 0 && !matches(words, table.name, table.description)) {
    return [];
  }
  const key = `${schema.name}.${table.name}`;
  const open = turned.has(key) !== found.length > 0;
  const rows: Row[] = [{ kind: 'table', schema, table, open, key }];
  if (!open) {
    return rows;
  }
  const columns = found.length > 0 ? found : table.columns;
  const most = shown.get(key) ?? PAGE;
  for (const column of columns.slice(0, most)) {
    rows.push({ kind: 'column', schema, table, column, key: `${key}.${column.name}` });
  }
  if (columns.length > most) {
    rows.push({ kind: 'more', table: key, left: columns.length - most, key: `${key}.` });
  }
  return rows;
}

function isFound(column: IColumnEntry, words: readonly string[]): boolean {
  return matches(words, column.name, column.description, column.ucd);
}
