// The server part as the page asks it: the only file that speaks HTTP.
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { type IProblem, parseProblem, problemOf, QueryProblem } from './problem.js';

/** A request: how, with what, and who may stop it. */
export interface ISending {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Bytes on their way to the server. */
export interface IUpload {
  readonly body: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onProgress: (sentBytes: number) => void;
}

/** The way to the user's own server; paths begin below `astrohub/`. */
export class Door {
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle
  ) {}

  /** The address of a path, for a link that the browser follows by itself. */
  address(path: string): string {
    return URLExt.join(this.settings.baseUrl, 'astrohub', path);
  }

  /**
   * Ask, and return an answer that is no error.
   *
   * @throws QueryProblem - When there is none; also when it was stopped (slug `stopped`).
   */
  async send(path: string, { signal, ...sending }: ISending = {}): Promise<Response> {
    try {
      const init = signal ? { ...sending, signal } : sending;
      const response = await ServerConnection.makeRequest(this.address(path), init, this.settings);
      if (response.ok) {
        return response;
      }
      throw new QueryProblem(this.refusal(response.status, await response.text()));
    } catch (error) {
      throw this.understand(error, signal);
    }
  }

  /** Ask for a JSON document; `body` is sent as one. */
  async json(path: string, method = 'GET', body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const stopped = signal ? { signal } : {};
    const text = await (await this.send(path, { method, ...sent, ...stopped })).text();
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  /** Send bytes and tell how far they are; `fetch` cannot tell. */
  upload(path: string, { body, headers, signal, onProgress }: IUpload): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('PUT', this.address(path));
      const all = { 'Content-Type': 'application/octet-stream', ...headers, ...this.credentials() };
      for (const [name, value] of Object.entries(all)) {
        request.setRequestHeader(name, value);
      }
      request.upload.onprogress = event => {
        onProgress(event.loaded);
      };
      request.onload = () => {
        if (request.status < 300) {
          resolve();
        } else {
          reject(new QueryProblem(this.refusal(request.status, request.responseText)));
        }
      };
      request.onerror = request.onabort = () => {
        reject(this.understand(null, signal));
      };
      signal.addEventListener('abort', () => {
        request.abort();
      });
      request.send(body);
    });
  }

  /** Put what went wrong into a sentence. */
  understand(error: unknown, signal?: AbortSignal): QueryProblem {
    if (signal?.aborted) {
      return new QueryProblem(problemOf('stopped', this.trans.__('Stopped.')));
    }
    if (error instanceof QueryProblem) {
      return error;
    }
    const sentence = this.trans.__('The connection to your server was lost. Try again when it is back.');
    return new QueryProblem(problemOf('network', sentence));
  }

  private credentials(): Record<string, string> {
    const { token } = this.settings;
    const cookie = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie)?.[1];
    return {
      ...(token ? { Authorization: `token ${token}` } : {}),
      ...(cookie ? { 'X-XSRFToken': cookie } : {})
    };
  }

  private refusal(status: number, text: string): IProblem {
    return parseProblem(text) ?? problemOf('server', this.sentenceFor(status));
  }

  private sentenceFor(status: number): string {
    switch (status) {
      case 401:
      case 403:
        return this.trans.__('Your login has ended. Reload this page to log in again; the query is kept.');
      case 404:
        return this.trans.__('This server has no way to the archive: its part of the astrohub extension is off.');
      case 424:
      case 502:
      case 503:
        return this.trans.__('Your server does not run. Start it on the hub’s page, then try again.');
      default:
        return this.trans.__('Your server failed without saying why (HTTP %1).', status);
    }
  }
}
