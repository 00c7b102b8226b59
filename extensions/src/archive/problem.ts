// A query that was not answered: the sentence that says why, and where in its text the fault stands.

/** Where in a query's text a fault stands; lines and columns count from 1, `endColumn` is the first one after the word. */
export interface IPosition {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** Why a query was not answered. */
export interface IProblem {
  readonly sentence: string;
  readonly slug: string;
  readonly position: IPosition | null;
  /** What may have been meant, to be put in place of the word at `position`. */
  readonly suggestion: string | null;
}

/** A query that was not answered; the only error that `IArchive.ask` throws. */
export class QueryProblem extends Error {
  constructor(readonly problem: IProblem) {
    super(problem.sentence);
    this.name = 'QueryProblem';
  }
}

/** Make a problem of our own, without a place in the text. */
export function problemOf(slug: string, sentence: string): IProblem {
  return { slug, sentence, position: null, suggestion: null };
}

/** Make a problem of whatever was thrown. */
export function problemFrom(error: unknown): IProblem {
  return error instanceof QueryProblem ? error.problem : problemOf('error', String(error));
}

/**
 * Read a problem document (RFC 9457).
 *
 * @returns The problem, or null when the text is no problem document.
 */
export function parseProblem(text: string): IProblem | null {
  const said = parse(text);
  if (said === null || typeof said['detail'] !== 'string') {
    return null;
  }
  return {
    slug: typeof said['slug'] === 'string' ? said['slug'] : 'error',
    sentence: said['detail'],
    position: positionOf(said['position']),
    suggestion: typeof said['suggestion'] === 'string' ? said['suggestion'] : null
  };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function positionOf(value: unknown): IPosition | null {
  if (!isRecord(value)) {
    return null;
  }
  const { line, column, endColumn } = value;
  if (typeof line !== 'number' || typeof column !== 'number') {
    return null;
  }
  return { line, column, endColumn: typeof endColumn === 'number' ? endColumn : column + 1 };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
