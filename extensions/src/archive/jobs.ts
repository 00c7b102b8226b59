// The user's jobs, whoever submitted them: list, wait for changes, stop, keep, delete.
import type { Door } from './api.js';
import { type Json, listOf, numberOf, objectOf, textOf } from './json.js';

/** The phases of a job (UWS 1.1, §2.1.3) in which jobs of this archive can be. */
export const PHASES = ['PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED', 'ERROR', 'ABORTED'] as const;
export type Phase = (typeof PHASES)[number];

/** What a job has left. */
export interface IJobResult {
  readonly rows: number;
  readonly bytes: number;
  /** The short name of its format. */
  readonly format: string;
  /** Whether there are more rows than the job was allowed to bring. */
  readonly isCut: boolean;
}

/** One job; moments are ISO 8601 in UTC, empty where there is none yet. */
export interface IJob {
  readonly id: string;
  /** What its author calls it; empty when that is nothing. */
  readonly name: string;
  readonly phase: Phase;
  readonly query: string;
  /** Whether the query is longer than what is known of it here. */
  readonly isQueryCut: boolean;
  readonly created: string;
  readonly started: string;
  readonly ended: string;
  readonly destruction: string;
  readonly error: string;
  readonly result: IJobResult | null;
  readonly progress: IProgress | null;
}

/** How far a job that runs has come: what is read of its files, and what there is of its result. */
export interface IProgress {
  readonly bytesRead: number;
  readonly bytesInAll: number;
  readonly bytesWritten: number;
}

/** Which jobs are wanted. */
export interface IJobFilter {
  /** None for all. */
  readonly phases: readonly Phase[];
  /** What name or query hold. */
  readonly text: string;
}

/** A page of jobs, newest first. */
export interface IJobPage {
  readonly jobs: readonly IJob[];
  /** Where the next page begins; empty when this is the last. */
  readonly before: string;
  /** Another word once any job has changed. */
  readonly version: string;
  /** Until when a job may be kept, as of now. */
  readonly latestDestruction: string;
}

/** How a page is asked for. */
export interface IPageWish extends IJobFilter {
  readonly last: number;
  readonly before?: string;
  /** What is known already: the answer comes once there is something else, or after `waitSeconds`. */
  readonly version?: string;
  readonly waitSeconds?: number;
}

/** Whoever knows the user's jobs; all of it throws `QueryProblem`. */
export interface IJobs {
  list(wish: IPageWish, signal: AbortSignal): Promise<IJobPage>;
  /** One job with its whole query. */
  get(id: string): Promise<IJob>;
  /** Run a query as a job, which keeps all of its rows. */
  submit(query: string): Promise<IJob>;
  abort(id: string): Promise<IJob>;
  /** Keep a job as long as the site allows. */
  keep(id: string): Promise<IJob>;
  remove(id: string): Promise<void>;
}

/** The jobs of the archive, behind the user's own server. */
export class Jobs implements IJobs {
  constructor(private readonly door: Door) {}

  async list(wish: IPageWish, signal: AbortSignal): Promise<IJobPage> {
    const said = objectOf(await this.door.json(`${PATH}?${asked(wish)}`, 'GET', undefined, signal));
    return {
      jobs: listOf(said['jobs']).map(jobOf),
      before: textOf(said['before']),
      version: textOf(said['version']),
      latestDestruction: textOf(said['latestDestruction'])
    };
  }

  async get(id: string): Promise<IJob> {
    return jobOf(objectOf(await this.door.json(pathOf(id))));
  }

  async submit(query: string): Promise<IJob> {
    return jobOf(objectOf(await this.door.json(PATH, 'POST', { query, format: FORMAT })));
  }

  async abort(id: string): Promise<IJob> {
    return jobOf(objectOf(await this.door.json(`${pathOf(id)}/abort`, 'POST')));
  }

  async keep(id: string): Promise<IJob> {
    return jobOf(objectOf(await this.door.json(`${pathOf(id)}/keep`, 'POST')));
  }

  async remove(id: string): Promise<void> {
    await this.door.json(pathOf(id), 'DELETE');
  }

  /** The address of a result's file as the job wrote it, for a link. */
  fileAddress(id: string): string {
    return this.door.address(rowsPath(id));
  }
}

const PATH = 'archive/jobs';

/** In what form results are kept: exact, small, and read by everything that astronomers use. */
const FORMAT = 'parquet';

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

/** Where the rows of a job's result are, in the format that is wanted; without one, as the job wrote them. */
export function rowsPath(id: string, wanted: { readonly format?: string; readonly maxrec?: number } = {}): string {
  const query = new URLSearchParams();
  if (wanted.format !== undefined) {
    query.set('RESPONSEFORMAT', wanted.format);
  }
  if (wanted.maxrec !== undefined) {
    query.set('MAXREC', String(wanted.maxrec));
  }
  return `${pathOf(id)}/rows?${query.toString()}`;
}

function asked({ phases, text, last, before, version, waitSeconds }: IPageWish): string {
  const query = new URLSearchParams({ LAST: String(last) });
  for (const phase of phases) {
    query.append('PHASE', phase);
  }
  const more = { TEXT: text, BEFORE: before, VERSION: version, WAIT: waitSeconds };
  for (const [name, value] of Object.entries(more)) {
    if (value) {
      query.set(name, String(value));
    }
  }
  // Jupyter is not to take a page that only watches for somebody at work.
  query.set('no_track_activity', '1');
  return query.toString();
}

function jobOf(said: Json): IJob {
  const result = objectOf(said['result']);
  return {
    id: textOf(said['id']),
    name: textOf(said['name']),
    phase: PHASES.find(phase => phase === said['phase']) ?? 'PENDING',
    query: textOf(said['query']),
    isQueryCut: said['isQueryCut'] === true,
    created: textOf(said['created']),
    started: textOf(said['started']),
    ended: textOf(said['ended']),
    destruction: textOf(said['destruction']),
    error: textOf(said['error']),
    result: said['result'] === null ? null : resultOf(result),
    progress: progressOf(objectOf(said['progress']))
  };
}

function progressOf(said: Json): IProgress | null {
  const [bytesRead, bytesInAll, bytesWritten] = ['bytesRead', 'bytesInAll', 'bytesWritten'].map(name => numberOf(said[name]));
  return typeof bytesInAll === 'number'
    ? { bytesRead: bytesRead ?? 0, bytesInAll, bytesWritten: bytesWritten ?? 0 }
    : null;
}

function resultOf(said: Json): IJobResult {
  return {
    rows: numberOf(said['rows']) ?? 0,
    bytes: numberOf(said['bytes']) ?? 0,
    format: textOf(said['format']),
    isCut: said['isCut'] === true
  };
}
