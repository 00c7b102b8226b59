// The Query tab: editor and estimate above, result below, the bar between them can be dragged.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Panel, SplitPanel, type Widget } from '@lumino/widgets';

import type { IEstimates } from '../archive/estimates.js';
import { QueryEditor } from './editor.js';
import { EstimateModel } from './estimate.js';
import { EstimateLine } from './estimate-line.js';
import type { QueryModel } from './model.js';
import { QueryResult } from './result.js';

/** The content of a Query tab. */
export class QueryPanel extends SplitPanel {
  constructor(
    readonly model: QueryModel,
    estimates: IEstimates,
    whileTyping: () => boolean,
    trans: TranslationBundle
  ) {
    super({ orientation: 'vertical', spacing: 5 });
    this.addClass('ah-Query');
    this.editor = new QueryEditor(model, trans);
    this.estimate = new EstimateModel(model, estimates, whileTyping);
    const upper = new Panel();
    upper.addClass('ah-Query-upper');
    upper.addWidget(this.editor);
    upper.addWidget(new EstimateLine(model, this.estimate, this.editor, trans));
    this.addWidget(upper);
    const result = new QueryResult(model, this.editor, trans);
    this.addWidget(result);
    SplitPanel.setStretch(upper, 0);
    SplitPanel.setStretch(result, 1);
  }

  override dispose(): void {
    this.estimate.dispose();
    this.model.dispose();
    super.dispose();
  }

  /** Say what the query would cost. */
  explain(): Promise<void> {
    return this.estimate.ask(true);
  }

  /** Put a word where the cursor stands. */
  insert(text: string): void {
    this.editor.insert(text);
  }

  /** Give the editor its share once there is something to share: before that, both halves are as low as can be. */
  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    if (!this.shared && this.node.clientHeight > 0) {
      this.shared = true;
      this.setRelativeSizes([3, 7]);
    }
  }

  protected override onActivateRequest(_: Message): void {
    this.editor.activate();
  }

  private readonly editor: QueryEditor;
  private readonly estimate: EstimateModel;
  private shared = false;
}
