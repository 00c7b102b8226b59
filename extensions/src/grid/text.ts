// What a value looks like in a cell: exact, and the same in a copy of it.

/** What a cell shows where there is no value. */
export const NULL_SIGN = '–';

/**
 * Write a value as text.
 *
 * @param value - A value of an Arrow vector that is not null.
 * @param single - Whether a float carries single precision only.
 */
export function textOf(value: unknown, single = false): string {
  switch (typeof value) {
    case 'number':
      return single ? shortestSingle(value) : double(value);
    case 'string':
      return value;
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return textOfObject(value, single);
  }
}

/** Write a single-precision float with the fewest digits that give it back. */
export function shortestSingle(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) {
    return double(value);
  }
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) {
      return String(rounded);
    }
  }
  return String(Number(value.toPrecision(9)));
}

function double(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function textOfObject(value: unknown, single: boolean): string {
  if (value instanceof Date) {
    return value.toISOString().replace(/\.000Z$/, 'Z');
  }
  if (value instanceof Uint8Array) {
    return Array.from(value, byte => byte.toString(16).padStart(2, '0')).join('');
  }
  if (isIterable(value)) {
    return Array.from(value, item => textOfItem(item, single)).join(' ');
  }
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
}

function textOfItem(value: unknown, single: boolean): string {
  return value === null || value === undefined ? NULL_SIGN : textOf(value, single);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
