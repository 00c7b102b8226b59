// Queries and what becomes of their answers: rows in the page, a file on the desktop, a file in the VOSpace.
import { UUID } from '@lumino/coreutils';

import { type IAnswer, type IProgress, readAnswer } from './answer.js';
import type { Door } from './api.js';
import { rowsPath } from './jobs.js';

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
  /** The job whose result holds the rows, so that the query need not be run again. */
  readonly job?: string | null;
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
    const response = await this.rowsOf(question, 'arrow', signal);
    try {
      const claim = {
        status: response.headers.get('Astrohub-Status'),
        rows: response.headers.get('Astrohub-Rows')
      };
      const answer = await readAnswer(piecesOf(response), claim, onProgress);
      const isCut = response.headers.get('Astrohub-Job-Status') === 'OVERFLOW' && answer.ending.kind === 'whole';
      return isCut ? { ...answer, ending: { kind: 'cut' } } : answer;
    } catch (error) {
      throw this.door.understand(error, signal);
    }
  }

  /** Bring the rows of a query as a file; as many as the limit allows. */
  async file(question: IQuestion, format: Format, signal: AbortSignal): Promise<Blob> {
    const response = await this.rowsOf(question, format, signal);
    try {
      return await response.blob();
    } catch (error) {
      throw this.door.understand(error, signal);
    }
  }

  /** Write all rows of a query, or of a job's result, into a file of the VOSpace. */
  async save({ query, job }: IQuestion, file: IFileToBe, signal: AbortSignal): Promise<void> {
    const from = job ? { job } : {};
    await this.door.json('save', 'POST', { query, id: UUID.uuid4(), ...from, ...file }, signal);
  }

  private rowsOf(question: IQuestion, format: string, signal: AbortSignal): Promise<Response> {
    const { query, limit: maxrec, job } = question;
    if (job) {
      const accepted = { headers: { Accept: 'application/problem+json, */*' } };
      return this.door.send(rowsPath(job, { format, maxrec }), { ...accepted, signal });
    }
    const body = JSON.stringify({ query, maxrec, id: UUID.uuid4(), format });
    return this.door.send('query', { method: 'POST', body, signal });
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
