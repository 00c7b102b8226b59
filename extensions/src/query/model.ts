// One query: its text and row limit, what runs, and what came of it. No DOM, no dialogs.
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IAnswer, IProgress } from '../archive/answer.js';
import type { IArchive } from '../archive/queries.js';
import { type IProblem, problemFrom } from '../archive/problem.js';

/** The row limits offered. */
export const LIMITS: readonly number[] = [1_000, 10_000, 100_000];

/** What has become of a query. */
export type QueryState =
  | { readonly phase: 'new' }
  | { readonly phase: 'running'; readonly since: number; readonly progress: IProgress }
  | {
      readonly phase: 'answered';
      readonly text: string;
      readonly answer: IAnswer;
      readonly limit: number;
      readonly seconds: number;
      /** The job whose result shows; null when the query was run for it. */
      readonly job: string | null;
    }
  | { readonly phase: 'failed'; readonly problem: IProblem };

/** What is kept of a query over a reload. */
export interface IKept {
  readonly text: string;
  readonly limit: number;
}

/** One query and its life. */
export class QueryModel implements IDisposable {
  constructor(
    private readonly archive: IArchive,
    kept: IKept
  ) {
    this._text = kept.text;
    this._limit = LIMITS.includes(kept.limit) ? kept.limit : nearest(kept.limit);
  }

  /** The text or the limit changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What has become of the query changed. */
  get stateChanged(): ISignal<this, QueryState> {
    return this._stateChanged;
  }

  get state(): QueryState {
    return this._state;
  }

  get running(): boolean {
    return this._state.phase === 'running';
  }

  /** The job whose rows are on their way; null when none are, or a query runs for them. */
  get comingJob(): string | null {
    return this.running ? this.job : null;
  }

  get text(): string {
    return this._text;
  }

  set text(text: string) {
    if (text !== this._text) {
      this._text = text;
      this._changed.emit();
    }
  }

  get limit(): number {
    return this._limit;
  }

  set limit(limit: number) {
    if (limit !== this._limit) {
      this._limit = limit;
      this._changed.emit();
    }
  }

  /** The next limit above one, or null when there is none. */
  above(limit: number): number | null {
    return LIMITS.find(other => other > limit) ?? null;
  }

  /** Ask the archive; a query that runs is stopped first. */
  async run(): Promise<void> {
    this.stop();
    if (this._text.trim()) {
      this.job = null;
      await this.bring();
    }
  }

  /** Show what a job has found; the query is not run again. */
  async showJob(job: string): Promise<void> {
    this.job = job;
    await this.bring();
  }

  /** Bring once more what showed last, a job's rows or a query's, under the limit as it is now. */
  async again(): Promise<void> {
    await (this.job === null ? this.run() : this.bring());
  }

  private async bring(): Promise<void> {
    this.stop();
    const control = new AbortController();
    this._control = control;
    const since = performance.now();
    this.become({ phase: 'running', since, progress: { rows: 0, bytes: 0 } });
    const outcome = await this.outcome(control.signal, since);
    if (this._control === control) {
      this._control = null;
      this.become(outcome);
    }
  }

  /** Stop the query that runs, in the archive too. */
  stop(): void {
    this._control?.abort();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.stop();
      Signal.clearData(this);
    }
  }

  private async outcome(signal: AbortSignal, since: number): Promise<QueryState> {
    const { _limit: limit, _text: text, job } = this;
    const onProgress = ({ rows, bytes }: IProgress): void => {
      if (!signal.aborted) {
        this.become({ phase: 'running', since, progress: { rows, bytes } });
      }
    };
    try {
      const answer = await this.archive.ask({ query: text, limit, job }, signal, onProgress);
      return { phase: 'answered', text, answer, limit, job, seconds: (performance.now() - since) / 1000 };
    } catch (error) {
      const problem = problemFrom(error);
      return { phase: 'failed', problem };
    }
  }

  private become(state: QueryState): void {
    if (!this._isDisposed) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _stateChanged = new Signal<this, QueryState>(this);
  private _text: string;
  private _limit: number;
  private _state: QueryState = { phase: 'new' };
  private _control: AbortController | null = null;
  private job: string | null = null;
  private _isDisposed = false;
}

function nearest(limit: number): number {
  return LIMITS.find(other => other >= limit) ?? 10_000;
}
