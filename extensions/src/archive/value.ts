// One value of an answer, as JavaScript can hold it exactly.
import { DataType, type Field, TimeUnit, type Vector } from 'apache-arrow';

/**
 * Make the function that reads a column's values by row.
 *
 * Decimals become text and times `Date`; everything else is what Arrow gives (64-bit integers as `bigint`).
 */
export function readerOf(field: Field, vector: Vector | null): (row: number) => unknown {
  const get = (row: number): unknown => vector?.get(row) as unknown;
  const type = field.type as DataType;
  if (DataType.isDecimal(type)) {
    return row => decimal(get(row), type.scale);
  }
  if (DataType.isTimestamp(type) && type.unit >= TimeUnit.SECOND) {
    return row => date(get(row));
  }
  return DataType.isDate(type) ? row => date(get(row)) : get;
}

/** Write a decimal of a given scale from its unscaled value. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) {
    return String(unscaled * 10n ** BigInt(-scale));
  }
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Arrow stores a decimal as 32-bit words, the least significant first, in two's complement. */
function decimal(words: unknown, scale: number): string | null {
  if (!(words instanceof Uint32Array)) {
    return null;
  }
  const value = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return decimalText(BigInt.asIntN(words.length * 32, value), scale);
}

function date(milliseconds: unknown): Date | null {
  return typeof milliseconds === 'number' || typeof milliseconds === 'bigint'
    ? new Date(Number(milliseconds))
    : null;
}
