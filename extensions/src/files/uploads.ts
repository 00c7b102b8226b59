// Files on their way into the VOSpace: a few at a time, each can be stopped. No DOM, no dialogs.
import { type ISignal, Signal } from '@lumino/signaling';

import type { Files } from '../archive/files.js';
import { problemOf, QueryProblem } from '../archive/problem.js';

/** How many files are sent at once; the browser would open no more connections either. */
const AT_ONCE = 4;

/** A file on its way. */
export interface IUploading {
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly control: AbortController;
}

/** A file that waits for its turn. */
interface IWaiting {
  readonly begin: () => void;
  readonly giveUp: () => void;
}

/** What is on its way, and what waits. */
export class Uploads {
  constructor(private readonly files: Pick<Files, 'upload'>) {}

  /** Something began, went on or ended. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get running(): readonly IUploading[] {
    return this._running;
  }

  /** How many files wait for their turn. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Send a file when its turn comes; one of that name is left alone unless it may be replaced.
   *
   * @throws QueryProblem - When it was not kept; also when it was stopped (slug `stopped`).
   */
  async send(path: string, body: Blob, replace: boolean): Promise<void> {
    await this.turn();
    const control = new AbortController();
    let mine: IUploading = { name: path.split('/').at(-1) ?? path, size: body.size, sent: 0, control };
    this.become([...this._running, mine]);
    const onProgress = (sent: number): void => {
      const now = { ...mine, sent };
      this.become(this._running.map(each => (each === mine ? now : each)));
      mine = now;
    };
    try {
      await this.files.upload(path, { body, signal: control.signal, onProgress }, replace);
    } finally {
      this.become(this._running.filter(each => each !== mine));
      this.next();
    }
  }

  /** Stop all that is on its way, and begin nothing that waits. */
  stopAll(): void {
    for (const { giveUp } of this.queue.splice(0)) {
      giveUp();
    }
    for (const { control } of this._running) {
      control.abort();
    }
    this._changed.emit();
  }

  private async turn(): Promise<void> {
    if (this.taken < AT_ONCE) {
      this.taken++;
      return;
    }
    await new Promise<void>((begin, refuse) => {
      const giveUp = (): void => refuse(new QueryProblem(problemOf('stopped', 'Stopped.')));
      this.queue.push({ begin, giveUp });
      this._changed.emit();
    });
  }

  /** Give the turn on, or free it. */
  private next(): void {
    const next = this.queue.shift();
    if (next) {
      next.begin();
    } else {
      this.taken--;
    }
  }

  private become(running: readonly IUploading[]): void {
    this._running = running;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly queue: IWaiting[] = [];
  private _running: readonly IUploading[] = [];
  private taken = 0;
}
