// The server part as the page asks it: the only file that speaks HTTP.
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { type IAnswer, type IProgress, readAnswer } from './answer.js';
import { type IProblem, parseProblem, problemOf, QueryProblem } from './problem.js';

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
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle
  ) {}

  async ask(
    question: IQuestion,
    signal: AbortSignal,
    onProgress: (progress: IProgress) => void
  ): Promise<IAnswer> {
    try {
      const response = await this.send(question, signal);
      if (!response.ok || !response.body) {
        throw new QueryProblem(await this.refusal(response));
      }
      const claim = {
        status: response.headers.get('Astrohub-Status'),
        rows: response.headers.get('Astrohub-Rows')
      };
      return await readAnswer(piecesOf(response.body), claim, onProgress);
    } catch (error) {
      throw this.understand(error, signal);
    }
  }

  private send(question: IQuestion, signal: AbortSignal): Promise<Response> {
    const body = { query: question.query, maxrec: question.limit, id: UUID.uuid4() };
    return ServerConnection.makeRequest(
      URLExt.join(this.settings.baseUrl, 'astrohub', 'query'),
      { method: 'POST', body: JSON.stringify(body), signal },
      this.settings
    );
  }

  private async refusal(response: Response): Promise<IProblem> {
    const problem = parseProblem(await response.text());
    return problem ?? problemOf('server', this.sentenceFor(response.status));
  }

  private sentenceFor(status: number): string {
    switch (status) {
      case 401:
      case 403:
        return this.trans.__('Your login has ended. Reload this page to log in again; the query is kept.');
      case 404:
        return this.trans.__('This server has no way to the archive: its part of the Query extension is off.');
      case 424:
      case 502:
      case 503:
        return this.trans.__('Your server does not run. Start it on the hub’s page, then run the query again.');
      default:
        return this.trans.__('Your server failed without saying why (HTTP %1).', status);
    }
  }

  private understand(error: unknown, signal: AbortSignal): QueryProblem {
    if (signal.aborted) {
      return new QueryProblem(problemOf('stopped', this.trans.__('Stopped.')));
    }
    if (error instanceof QueryProblem) {
      return error;
    }
    const sentence = this.trans.__('The connection to your server was lost. Run the query again when it is back.');
    return new QueryProblem(problemOf('network', sentence));
  }
}

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
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
