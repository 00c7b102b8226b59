// Values of a JSON document, read without trust: what is missing or of another kind is empty.

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Read an object. */
export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** Read a list of objects. */
export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/** Read a text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Read a number; null where there is none. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
