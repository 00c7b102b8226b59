// The first query of a table: its principal columns, a hundred rows. Pure functions.
import type { ISchemaEntry, ITableEntry } from '../archive/catalog.js';

/** How many columns are taken of a table that names none as principal. */
const FEW = 8;
const MOST = 12;
const WIDTH = 80;

/** Words of ADQL 2.1 that must be quoted to be names (§2.1.2), as far as tables have columns of that name. */
const RESERVED = new Set(
  (
    'abs all and any area as asc at avg between box by case circle class column count cross current date day ' +
    'dec default desc distance distinct domain double else end exists exp first float floor for from full ' +
    'group having hour in inner int interval into is join key language last left level like log log10 lower ' +
    'match max min minute mod module month natural not null number of offset on only option or order outer ' +
    'point polygon position power public radians rand real region right round row rows second section select ' +
    'session set sign sin size some space sqrt sum table tan temporary then time timestamp to top true truncate ' +
    'union unique unknown upper usage user using value values view when where with year zone'
  ).split(' ')
);

/** The archive's parser takes these for names, as every observer writes them. */
const TAKEN_FOR_NAMES = new Set(['dec', 'distance', 'size', 'class', 'number', 'position']);

/** Write a name as it stands in a query. */
export function identifier(name: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9_]*$/.test(name);
  const lower = name.toLowerCase();
  return plain && (!RESERVED.has(lower) || TAKEN_FOR_NAMES.has(lower)) ? name : `"${name.replace(/"/g, '""')}"`;
}

/** Write a table's name as it stands in a query. */
export function tableName(schema: ISchemaEntry, table: ITableEntry): string {
  return `${identifier(schema.name)}.${identifier(table.name)}`;
}

/** Write a query that shows what a table is like. */
export function firstQuery(schema: ISchemaEntry, table: ITableEntry): string {
  const principal = table.columns.filter(column => column.principal).slice(0, MOST);
  const columns = principal.length > 0 ? principal : table.columns.slice(0, FEW);
  const names = columns.length > 0 ? columns.map(({ name }) => identifier(name)) : ['*'];
  return `SELECT TOP 100 ${wrapped(names)}\nFROM ${tableName(schema, table)}\n`;
}

function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  let line = '';
  for (const name of names) {
    const longer = line === '' ? name : `${line}, ${name}`;
    if (longer.length + 16 > WIDTH && line !== '') {
      lines.push(line);
      line = name;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join(',\n       ');
}
