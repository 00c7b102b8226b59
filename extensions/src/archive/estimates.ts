// What a query would cost, asked before it is run.
import type { Door } from './api.js';
import { listOf, numberOf, objectOf, textOf } from './json.js';

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
}

/** Whoever estimates queries. */
export interface IEstimates {
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

  async of(query: string, signal: AbortSignal): Promise<IEstimate> {
    return estimateOf(await this.door.json('archive/explain', 'POST', { query }, signal));
  }
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
    lane: textOf(said['lane'])
  };
}
