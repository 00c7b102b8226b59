// How an answer ended: whole, cut by the row limit, or broken off; read from its last, empty batch.

/** What the archive says at the end of an answer. */
export type Ending =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'broken' };

/** The keys of the last batch's metadata, and of the headers that say the same early. */
const STATUS = 'astrohub.status';
const ROWS = 'astrohub.rows';
const MESSAGE = 'astrohub.message';

/** What the response's headers claimed, where the archive could know it before the first byte. */
export interface IClaim {
  readonly status: string | null;
  readonly rows: string | null;
}

/** Whether a batch is the one that ends an answer. */
export function isEnding(rows: number, metadata: ReadonlyMap<string, string>): boolean {
  return rows === 0 && metadata.has(STATUS);
}

/**
 * Judge how an answer ended.
 *
 * @param metadata - The last batch's metadata, or null when no such batch came.
 * @param rows - How many rows arrived.
 * @param claim - What the headers said.
 */
export function endingOf(
  metadata: ReadonlyMap<string, string> | null,
  rows: number,
  claim: IClaim
): Ending {
  if (metadata === null) {
    return { kind: 'broken' };
  }
  const status = metadata.get(STATUS);
  if (status === 'ERROR') {
    return { kind: 'failed', message: metadata.get(MESSAGE) ?? '' };
  }
  if (metadata.get(ROWS) !== String(rows) || disagrees(claim, status, rows)) {
    return { kind: 'broken' };
  }
  if (status === 'OK') {
    return { kind: 'whole' };
  }
  return status === 'OVERFLOW' ? { kind: 'cut' } : { kind: 'broken' };
}

function disagrees(claim: IClaim, status: string | undefined, rows: number): boolean {
  return (
    (claim.status !== null && claim.status !== status) ||
    (claim.rows !== null && claim.rows !== String(rows))
  );
}
