// Queries and what becomes of their answers: rows in the page, a file on the desktop, a file in the VOSpace.
import { UUID } from '@lumino/coreutils';

import { type IAnswer, type IProgress, readAnswer } from './answer.js';
import type { Door } from './api.js';

/** The formats of a file. */
export const FORMATS = ['votable', 'fits', 'csv', 'ecsv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** A file that a query's rows are to become. */
export interface IFileToBe {
  readonly path: string;
  readonly format: Format;
  readonly replace: boolean;
}

/** One query: its text and the most rows wanted. */
export interface IQuestion {
  readonly query: string;
  readonly limit: number;
}

/** Whoever answers queries. */
export interface IArchive {
  /**
   * Ask a query.
   *
   * @param signal - Stops the query, in the archive too.
   * @throws QueryProblem - When there is no answer; also when it was stopped (slug `stopped`).
   */
  ask(
    question: IQuestion,
    signal: AbortSignal,
    onProgress: (progress: IProgress) => void
  ): Promise<IAnswer>;
}

/** The archive behind the user's own server. */
export class ServerArchive implements IArchive {
  constructor(private readonly door: Door) {}

  async ask(
    question: IQuestion,
    signal: AbortSignal,
    onProgress: (progress: IProgress) => void
  ): Promise<IAnswer> {
    const response = await this.door.send('query', { ...this.sending(question), signal });
    try {
      const claim = {
        status: response.headers.get('Astrohub-Status'),
        rows: response.headers.get('Astrohub-Rows')
      };
      return await readAnswer(piecesOf(response), claim, onProgress);
    } catch (error) {
      throw this.door.understand(error, signal);
    }
  }

  /** Bring the rows of a query as a file; as many as the limit allows. */
  async file(question: IQuestion, format: Format, signal: AbortSignal): Promise<Blob> {
    const response = await this.door.send('query', { ...this.sending(question, { format }), signal });
    try {
      return await response.blob();
    } catch (error) {
      throw this.door.understand(error, signal);
    }
  }

  /** Write all rows of a query into a file of the VOSpace. */
  async save(query: string, file: IFileToBe, signal: AbortSignal): Promise<void> {
    await this.door.json('save', 'POST', { query, id: UUID.uuid4(), ...file }, signal);
  }

  private sending(question: IQuestion, more: object = {}): { method: string; body: string } {
    const said = { query: question.query, maxrec: question.limit, id: UUID.uuid4(), ...more };
    return { method: 'POST', body: JSON.stringify(said) };
  }
}

async function* piecesOf({ body }: Response): AsyncIterable<Uint8Array> {
  if (body === null) {
    return;
  }
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
