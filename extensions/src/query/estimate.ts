// What a query would cost, asked when somebody pauses in typing or wants to know. No DOM, no dialogs.
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IEstimate, IEstimates } from '../archive/estimates.js';
import { type IProblem, problemFrom } from '../archive/problem.js';
import type { QueryModel } from './model.js';

/** How long a pause in typing lasts before the archive is asked. */
const PAUSE_MS = 800;

/** What is known of a query's cost; `wanted` when somebody asked for it, not only paused. */
export type EstimateState =
  | { readonly phase: 'none' }
  | { readonly phase: 'asking'; readonly wanted: boolean }
  | { readonly phase: 'known'; readonly wanted: boolean; readonly estimate: IEstimate }
  | { readonly phase: 'refused'; readonly wanted: boolean; readonly problem: IProblem };

/** The estimate of the text as it stands. */
export class EstimateModel implements IDisposable {
  constructor(
    private readonly query: QueryModel,
    private readonly estimates: IEstimates,
    private readonly whileTyping: () => boolean
  ) {
    query.changed.connect(this.onChanged, this);
  }

  get stateChanged(): ISignal<this, EstimateState> {
    return this._stateChanged;
  }

  get state(): EstimateState {
    return this._state;
  }

  /** Whether the archive gives estimates. */
  get isOffered(): boolean {
    return this.estimates.isOffered;
  }

  /** Ask now; what is under way is given up. */
  async ask(wanted: boolean): Promise<void> {
    this.giveUp();
    const { text } = this.query;
    if (!text.trim()) {
      return;
    }
    const control = new AbortController();
    this.control = control;
    this.become({ phase: 'asking', wanted });
    const outcome = await this.outcome(text, wanted, control.signal);
    if (this.control === control) {
      this.control = null;
      this.become(outcome);
    }
  }

  /** Ask after a pause, unless the text is known or being asked. */
  askSoon(): void {
    if (this._state.phase === 'none' && this.isOffered && this.whileTyping()) {
      window.clearTimeout(this.pause);
      this.pause = window.setTimeout(() => void this.ask(false), PAUSE_MS);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.giveUp();
      Signal.clearData(this);
    }
  }

  private onChanged(): void {
    if (this.query.text === this.known) {
      return; // the limit changed
    }
    this.known = this.query.text;
    this.giveUp();
    if (this._state.phase !== 'none') {
      this.become({ phase: 'none' });
    }
    this.askSoon();
  }

  private async outcome(text: string, wanted: boolean, signal: AbortSignal): Promise<EstimateState> {
    try {
      return { phase: 'known', wanted, estimate: await this.estimates.of(text, signal) };
    } catch (error) {
      const problem = problemFrom(error);
      return this.isOffered ? { phase: 'refused', wanted, problem } : { phase: 'none' };
    }
  }

  private giveUp(): void {
    window.clearTimeout(this.pause);
    this.control?.abort();
    this.control = null;
  }

  private become(state: EstimateState): void {
    if (!this._isDisposed) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private readonly _stateChanged = new Signal<this, EstimateState>(this);
  private _state: EstimateState = { phase: 'none' };
  private known = '';
  private control: AbortController | null = null;
  private pause = 0;
  private _isDisposed = false;
}
