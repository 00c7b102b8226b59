// The quiet line under the editor: what the query would cost, or why it cannot be run.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { IProblem } from '../archive/problem.js';
import { button, element } from '../dom.js';
import type { QueryEditor } from './editor.js';
import type { EstimateModel, EstimateState } from './estimate.js';
import { estimateText } from './estimate-text.js';
import type { QueryModel, QueryState } from './model.js';

/** The line under the editor. */
export class EstimateLine extends Widget {
  constructor(
    private readonly query: QueryModel,
    private readonly model: EstimateModel,
    private readonly editor: QueryEditor,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('ah-Estimate');
    this.node.append(this.words);
    model.stateChanged.connect(this.onStateChanged, this);
    query.changed.connect(this.onLimitChanged, this);
    query.stateChanged.connect(this.onRun, this);
  }

  protected override onAfterShow(_: Message): void {
    this.model.askSoon();
  }

  protected override onAfterAttach(_: Message): void {
    if (this.isVisible) {
      this.model.askSoon();
    }
  }

  private onStateChanged(_: EstimateModel, state: EstimateState): void {
    this.setHidden(!this.model.isOffered);
    this.node.classList.remove('ah-mod-refused');
    this.words.title = '';
    // A screen reader hears what somebody asked for, not each pause in typing.
    const wanted = state.phase !== 'none' && state.wanted;
    this.words.setAttribute('aria-live', wanted ? 'polite' : 'off');
    switch (state.phase) {
      case 'none':
        this.words.replaceChildren();
        break;
      case 'asking':
        this.words.replaceChildren(wanted ? this.trans.__('Estimating…') : '');
        break;
      case 'known':
        this.editor.point(null);
        this.words.title = this.trans.__('What the archive expects, before it is run: %1', state.estimate.tables.join(', '));
        this.words.replaceChildren(estimateText(state.estimate, this.query.limit, this.trans));
        break;
      case 'refused':
        this.showProblem(state.problem, state.wanted);
    }
  }

  /** Say why; unasked, only what stands elsewhere than where somebody types, and what no run says. */
  private showProblem(problem: IProblem, wanted: boolean): void {
    const { position, sentence, suggestion } = problem;
    const isSaid = this.query.running || this.query.state.phase === 'failed';
    if (!wanted && (isSaid || position === null || this.editor.isTypingAt(position))) {
      this.words.replaceChildren();
      return;
    }
    this.editor.point(problem);
    this.node.classList.add('ah-mod-refused');
    const said = position
      ? this.trans.__('Line %1, column %2: %3', position.line, position.column, sentence)
      : sentence;
    this.words.replaceChildren(element('span', {}, said));
    if (position && suggestion !== null) {
      this.words.append(' ', button('ah-Link', this.trans.__('Use %1', suggestion), () => this.editor.mend()));
    } else if (position) {
      this.words.append(' ', button('ah-Link', this.trans.__('Show the place'), () => this.editor.goToProblem()));
    }
  }

  private onLimitChanged(): void {
    const { state } = this.model;
    if (state.phase === 'known') {
      this.words.replaceChildren(estimateText(state.estimate, this.query.limit, this.trans));
    }
  }

  /** A run says by itself what is wrong. */
  private onRun(_: QueryModel, { phase }: QueryState): void {
    if (phase === 'running' && this.model.state.phase === 'refused') {
      this.node.classList.remove('ah-mod-refused');
      this.words.replaceChildren();
    }
  }

  private readonly words = element('div', { class: 'ah-Estimate-words', role: 'status' });
}
