// What a query would cost, asked before it is run.
import { type ISignal, Signal } from '@lumino/signaling';

import type { Door } from './api.js';
import { listOf, numberOf, objectOf, textOf } from './json.js';
import { QueryProblem } from './problem.js';

/** What the archive expects of a query; null where it does not know. */
export interface IEstimate {
  readonly rows: number | null;
  readonly files: number | null;
  /** How many files the tables have in all. */
  readonly filesInAll: number | null;
  readonly bytes: number | null;
  readonly tables: readonly string[];
  /** The lane it would run in: short queries do not wait for long ones. */
  readonly lane: string;
  /** Why MyDB has no room for the rows, or may have none; empty when it has. */
  readonly warning: string;
}

/** Whoever estimates queries. */
export interface IEstimates {
  /** Whether the archive gives estimates, as far as is known. */
  readonly isOffered: boolean;

  /**
   * Estimate a query without running it.
   *
   * @throws QueryProblem - When it is not understood; also when it was stopped (slug `stopped`).
   */
  of(query: string, signal: AbortSignal): Promise<IEstimate>;
}

/** The archive's estimates, behind the user's own server. */
export class Estimates implements IEstimates {
  constructor(private readonly door: Door) {}

  /** The archive turned out to give none. */
  get withdrawn(): ISignal<this, void> {
    return this._withdrawn;
  }

  get isOffered(): boolean {
    return this._isOffered;
  }

  async of(query: string, signal: AbortSignal): Promise<IEstimate> {
    const headers = { Accept: 'application/json, application/problem+json', 'Content-Type': 'application/json' };
    const sending = { method: 'POST', body: JSON.stringify({ query }), headers, signal };
    try {
      const response = await this.door.send('archive/explain', sending);
      return estimateOf(await response.json());
    } catch (error) {
      if (error instanceof QueryProblem && error.problem.slug === 'not-found') {
        this._isOffered = false;
        this._withdrawn.emit();
      }
      throw this.door.understand(error, signal);
    }
  }

  private readonly _withdrawn = new Signal<this, void>(this);
  private _isOffered = true;
}

/** Read the archive's document. */
export function estimateOf(document: unknown): IEstimate {
  const said = objectOf(document);
  const tables = Array.isArray(said['tables']) ? (said['tables'] as unknown[]) : [];
  return {
    rows: numberOf(said['rows']),
    files: numberOf(said['files']),
    filesInAll: numberOf(said['filesInAll']),
    bytes: numberOf(said['bytes']),
    tables: tables.every(table => typeof table === 'string')
      ? tables
      : listOf(tables).map(table => textOf(table['name'])),
    lane: textOf(said['lane']),
    warning: textOf(said['warning'])
  };
}
