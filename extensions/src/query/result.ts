// The lower half of the tab: what has become of the query, and the rows.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';

import type { IAnswer } from '../archive/answer.js';
import type { IProblem } from '../archive/problem.js';
import { button, element, skeleton } from '../dom.js';
import { Grid } from '../grid/grid.js';
import { alertLine, type IRemedy } from './alert.js';
import type { QueryEditor } from './editor.js';
import { durationText, grouped, sizeText } from './figures.js';
import type { QueryModel, QueryState } from './model.js';
import { nothing, welcome } from './notices.js';
import { tableOf } from './table.js';

const TICK_MS = 100;
const LINES = 12;

/** The result of one query. */
export class QueryResult extends Widget {
  constructor(
    private readonly model: QueryModel,
    private readonly editor: QueryEditor,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('ah-Result');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Result'));
    this.layout = new PanelLayout();
    this.node.append(this.status);
    model.stateChanged.connect(this.onStateChanged, this);
    this.present(model.state);
  }

  override dispose(): void {
    window.clearInterval(this.ticking);
    super.dispose();
  }

  protected override onActivateRequest(_: Message): void {
    this.grid?.activate();
  }

  private onStateChanged(_: QueryModel, state: QueryState): void {
    if (state.phase === 'running' && this.phase === 'running') {
      return; // The ticks show its progress.
    }
    this.present(state);
  }

  private present(state: QueryState): void {
    this.phase = state.phase;
    window.clearInterval(this.ticking);
    this.clear();
    this.node.setAttribute('aria-busy', String(state.phase === 'running'));
    switch (state.phase) {
      case 'new':
        this.put(welcome(this.trans, example => {
          this.model.text = example.text;
          this.editor.activate();
        }));
        break;
      case 'running':
        this.put(skeleton(LINES));
        this.tick();
        this.ticking = window.setInterval(() => this.tick(), TICK_MS);
        break;
      case 'answered':
        this.showAnswer(state);
        break;
      case 'failed':
        this.showProblem(state.problem);
    }
  }

  private showAnswer(state: QueryState & { phase: 'answered' }): void {
    const { answer, seconds } = state;
    const fault = this.faultOf(answer);
    if (answer.rows > 0) {
      this.grid = new Grid(tableOf(answer, this.trans), this.trans.__('Rows of the result'));
      (this.layout as PanelLayout).addWidget(this.grid);
      this.node.append(this.status);
    } else if (fault === null) {
      this.put(nothing(this.trans));
    }
    if (fault !== null) {
      this.put(alertLine(fault, [this.again()]));
    }
    if (answer.ending.kind === 'cut' && state.job !== null && answer.rows < state.limit) {
      this.say(this.trans.__('%1 of more rows: the job’s own limit cut its result.', grouped(answer.rows)));
    } else if (answer.ending.kind === 'cut') {
      this.sayCut(answer.rows, state.limit);
    } else {
      const rows = this.rowsText(answer.rows);
      const found = state.job === null ? rows : this.trans.__('%1 of a job’s result', rows);
      this.say(this.trans.__('%1, %2', found, durationText(seconds)));
    }
  }

  private faultOf({ ending, rows }: IAnswer): string | null {
    if (ending.kind === 'failed') {
      return ending.message || this.trans.__('The archive gave up in the middle of the answer.');
    }
    if (ending.kind === 'broken') {
      return this.trans.__('The answer broke off: the %1 that arrived are not all of it.', this.rowsText(rows));
    }
    return null;
  }

  private sayCut(rows: number, limit: number): void {
    const { trans, model } = this;
    const sentence = trans.__('%1 of more rows: the limit cut this result.', grouped(rows));
    const higher = model.above(limit);
    if (higher === null) {
      this.say(sentence, trans.__('In a notebook, astrohub.query gets all of it.'));
      return;
    }
    const raise = button('ah-Link', trans.__('Get up to %1', grouped(higher)), () => {
      model.limit = higher;
      void model.again();
    });
    this.say(sentence, raise);
  }

  private showProblem(problem: IProblem): void {
    if (problem.slug === 'stopped') {
      this.put(element('div', { class: 'ah-Notice' }, element('p', {}, this.trans.__('The query was stopped.'))));
      this.say(this.trans.__('Stopped'));
      return;
    }
    this.put(alertLine(this.sentenceOf(problem), this.remediesOf(problem)));
    this.say('');
  }

  private sentenceOf({ sentence, position }: IProblem): string {
    return position === null
      ? sentence
      : this.trans.__('Line %1, column %2: %3', position.line, position.column, sentence);
  }

  private remediesOf({ position, suggestion }: IProblem): IRemedy[] {
    const { trans, editor } = this;
    if (position === null) {
      return [this.again()];
    }
    const look = { label: trans.__('Show the place'), apply: (): void => editor.goToProblem() };
    return suggestion === null
      ? [look]
      : [{ label: trans.__('Use %1', suggestion), apply: (): void => editor.mend() }, look];
  }

  private again(): IRemedy {
    return { label: this.trans.__('Run again'), apply: () => void this.model.again() };
  }

  private tick(): void {
    const { state } = this.model;
    if (state.phase !== 'running') {
      return;
    }
    const { rows, bytes } = state.progress;
    const elapsed = durationText((performance.now() - state.since) / 1000);
    const text =
      bytes === 0
        ? this.trans.__('Running, %1', elapsed)
        : this.trans.__('%1 so far, %2, %3', this.rowsText(rows), sizeText(bytes), elapsed);
    // A screen reader hears that it runs, and what came of it; not every tick.
    this.status.setAttribute('aria-live', 'off');
    this.status.textContent = text;
  }

  private rowsText(rows: number): string {
    return rows === 1 ? this.trans.__('1 row') : this.trans.__('%1 rows', grouped(rows));
  }

  private say(...parts: (Node | string)[]): void {
    this.status.setAttribute('aria-live', 'polite');
    this.status.replaceChildren(...parts.flatMap((part, index) => (index > 0 ? [' ', part] : [part])));
  }

  private put(node: HTMLElement): void {
    this.node.insertBefore(node, this.grid?.node ?? this.status);
    this.notices.push(node);
  }

  private clear(): void {
    this.grid?.dispose();
    this.grid = null;
    for (const notice of this.notices.splice(0)) {
      notice.remove();
    }
  }

  private readonly status = element('div', { class: 'ah-Result-status', role: 'status' });
  private readonly notices: HTMLElement[] = [];
  private grid: Grid | null = null;
  private phase: QueryState['phase'] = 'new';
  private ticking = 0;
}
