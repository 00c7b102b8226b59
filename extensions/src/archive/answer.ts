// An Arrow answer, read as it arrives: columns, rows, and how it ended.
import { type RecordBatch, RecordBatchReader, type Schema, Table } from 'apache-arrow';

import { columnOf, type IColumn } from './column.js';
import { type Ending, endingOf, type IClaim, isEnding } from './ending.js';
import { readerOf } from './value.js';

/** An answer that has arrived. */
export interface IAnswer {
  readonly columns: readonly IColumn[];
  readonly rows: number;
  readonly bytes: number;
  readonly ending: Ending;
  /** The value in a row and column; null where there is none. 64-bit integers are `bigint`. */
  value(row: number, column: number): unknown;
}

/** How much of an answer has arrived so far. */
export interface IProgress {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Read an answer.
 *
 * @param pieces - The bytes of an Arrow IPC stream, as they arrive.
 * @param claim - What the response's headers said.
 * @param onProgress - Told after each batch and piece.
 * @returns The answer; one that broke off says so in `ending`, with the rows that did arrive.
 */
export async function readAnswer(
  pieces: AsyncIterable<Uint8Array>,
  claim: IClaim,
  onProgress: (progress: IProgress) => void
): Promise<IAnswer> {
  const arrival = new Arrival(onProgress);
  const table = await arrival.read(pieces);
  const readers = table.schema.fields.map((field, index) => readerOf(field, table.getChildAt(index)));
  return {
    columns: table.schema.fields.map(columnOf),
    rows: arrival.rows,
    bytes: arrival.bytes,
    ending: endingOf(arrival.lastWords, arrival.rows, claim),
    value: (row, column): unknown => readers[column]?.(row) ?? null
  };
}

/** Counts what arrives and keeps the batches that hold rows. */
class Arrival {
  rows = 0;
  bytes = 0;
  lastWords: ReadonlyMap<string, string> | null = null;

  constructor(private readonly onProgress: (progress: IProgress) => void) {}

  async read(pieces: AsyncIterable<Uint8Array>): Promise<Table> {
    const batches: RecordBatch[] = [];
    let schema: Schema | null = null;
    try {
      const source = await RecordBatchReader.from(this.count(pieces));
      const reader = await source.open();
      // Kept here: a reader forgets its schema when it closes.
      schema = reader.schema;
      for await (const batch of reader) {
        this.take(batch, batches);
      }
    } catch (error) {
      if (this.failure !== null || !(error instanceof Error)) {
        throw this.failure ?? error;
      }
      // Bytes that end in the middle of a batch: the missing last words say so.
      this.lastWords = null;
    }
    return schema ? new Table(schema, batches) : new Table();
  }

  private failure: unknown = null;

  private take(batch: RecordBatch, batches: RecordBatch[]): void {
    if (isEnding(batch.numRows, batch.metadata)) {
      this.lastWords = batch.metadata;
      return;
    }
    this.lastWords = null;
    if (batch.numRows > 0) {
      batches.push(batch);
      this.rows += batch.numRows;
      this.onProgress(this);
    }
  }

  /** Pass the pieces on; a fault of the network is remembered, to be told from a fault of the format. */
  private async *count(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      for await (const piece of pieces) {
        this.bytes += piece.byteLength;
        this.onProgress(this);
        yield piece;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
