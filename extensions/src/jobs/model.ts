// The job list: what is known of the user's jobs, and the watch that keeps it true. No DOM, no dialogs.
import { type ISignal, Signal } from '@lumino/signaling';

import type { IJob, IJobFilter, IJobPage, IJobs } from '../archive/jobs.js';
import { type IProblem, problemFrom } from '../archive/problem.js';

/** How many jobs a page brings, and how many one request may. */
export const PAGE = 50;
const MOST_AT_ONCE = 500;

/** How long the archive is asked to wait for a change. */
const WAIT_S = 25;

/** How long to stay away after a failure: twice as long each time. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** The list and its watch. */
export class JobsModel {
  constructor(private readonly archive: IJobs) {}

  /** Anything changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A job that was seen running has ended. */
  get ended(): ISignal<this, IJob> {
    return this._ended;
  }

  /** The jobs, newest first; null before they were read. */
  get jobs(): readonly IJob[] | null {
    return this._jobs;
  }

  /** Why they cannot be read now; those that were read before stay. */
  get problem(): IProblem | null {
    return this._problem;
  }

  /** Whether there are older ones. */
  get hasMore(): boolean {
    return this._hasMore;
  }

  /** Whether jobs are read for somebody who waits, not only watched. */
  get isBusy(): boolean {
    return this._isBusy;
  }

  get filter(): IJobFilter {
    return this._filter;
  }

  /** Whether a job was told to stop and has not yet. */
  isStopping(id: string): boolean {
    return this.stopping.has(id);
  }

  /** Whether keeping a job now would keep it for longer: by an hour at least. */
  canKeep(job: IJob): boolean {
    return Date.parse(this.latestDestruction) - Date.parse(job.destruction) > 3_600_000;
  }

  /** Watch as long as somebody looks. */
  watch(isWatched: boolean): void {
    if (isWatched !== this.isWatched) {
      this.isWatched = isWatched;
      this.restart();
    }
  }

  /** Read everything anew. */
  refresh(): void {
    this._isBusy = true;
    this._changed.emit();
    this.restart();
  }

  /** Show other jobs. */
  select(filter: IJobFilter): void {
    this._filter = filter;
    this.shown = PAGE;
    this.refresh();
  }

  /** Show older jobs, too. */
  more(): void {
    this.shown += PAGE;
    this.refresh();
  }

  /** Stop a job that waits or runs. */
  async abort(job: IJob): Promise<void> {
    this.stopping.add(job.id);
    this._changed.emit();
    try {
      this.put(await this.archive.abort(job.id));
    } catch (error) {
      this.stopping.delete(job.id);
      this._changed.emit();
      throw error;
    }
    this.restart();
  }

  /** Keep a job and its result for longer; return it as it is then. */
  async keep(job: IJob): Promise<IJob> {
    const kept = await this.archive.keep(job.id);
    this.put({ ...kept, query: job.query, isQueryCut: job.isQueryCut });
    return kept;
  }

  /** Delete a job with its result. */
  async remove(job: IJob): Promise<void> {
    await this.archive.remove(job.id);
    this._jobs = (this._jobs ?? []).filter(({ id }) => id !== job.id);
    this._changed.emit();
    this.restart();
  }

  dispose(): void {
    this.watch(false);
    Signal.clearData(this);
  }

  private restart(): void {
    this.control?.abort();
    this.version = '';
    if (this.isWatched) {
      const control = new AbortController();
      this.control = control;
      void this.follow(control.signal);
    }
  }

  /** Ask again and again: the archive answers when something has changed. */
  private async follow(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.look(signal);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (isOver(signal)) {
          return;
        }
        this.refuse(error);
        await resting(pause, signal);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { version, shown, _filter: filter } = this;
    const asked = { ...filter, last: Math.min(shown, MOST_AT_ONCE) };
    const waiting = version === '' ? {} : { version, waitSeconds: WAIT_S };
    const first = await this.archive.list({ ...asked, ...waiting }, signal);
    if (signal.aborted || (version !== '' && first.version === version && this._problem === null)) {
      return;
    }
    const jobs = [...first.jobs];
    let { before } = first;
    while (before !== '' && jobs.length < shown) {
      const next = await this.archive.list({ ...asked, before, last: Math.min(shown - jobs.length, MOST_AT_ONCE) }, signal);
      jobs.push(...next.jobs);
      ({ before } = next);
    }
    if (!isOver(signal)) {
      this.take({ ...first, jobs, before });
    }
  }

  private take({ jobs, before, version, latestDestruction }: IJobPage): void {
    const running = new Set(this._jobs?.filter(isActive).map(({ id }) => id));
    this._jobs = jobs;
    this._hasMore = before !== '';
    this._isBusy = false;
    this._problem = null;
    this.version = version;
    this.latestDestruction = latestDestruction;
    for (const job of jobs) {
      this.noteEnd(job, running.has(job.id));
    }
    this._changed.emit();
  }

  private put(job: IJob): void {
    const before = this._jobs?.find(({ id }) => id === job.id);
    this._jobs = this._jobs?.map(other => (other.id === job.id ? job : other)) ?? null;
    this.noteEnd(job, before !== undefined && isActive(before));
    this._changed.emit();
  }

  private noteEnd(job: IJob, wasActive: boolean): void {
    if (!isActive(job)) {
      this.stopping.delete(job.id);
      if (wasActive) {
        this._ended.emit(job);
      }
    }
  }

  private refuse(error: unknown): void {
    this._isBusy = false;
    this._problem = problemFrom(error);
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, IJob>(this);
  private readonly stopping = new Set<string>();
  private _jobs: readonly IJob[] | null = null;
  private _problem: IProblem | null = null;
  private _filter: IJobFilter = { phases: [], text: '' };
  private _hasMore = false;
  private _isBusy = false;
  private isWatched = false;
  private latestDestruction = '';
  private version = '';
  private shown = PAGE;
  private control: AbortController | null = null;
}

/** Whether something is still to come of a job. */
export function isActive({ phase }: IJob): boolean {
  return phase === 'PENDING' || phase === 'QUEUED' || phase === 'EXECUTING';
}

/** Asked anew after each wait: meanwhile it may have changed. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function resting(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
