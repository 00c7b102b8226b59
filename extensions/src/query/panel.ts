// The Query tab: editor above, result below, the bar between them can be dragged.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { SplitPanel, type Widget } from '@lumino/widgets';

import { QueryEditor } from './editor.js';
import type { QueryModel } from './model.js';
import { QueryResult } from './result.js';

/** The content of a Query tab. */
export class QueryPanel extends SplitPanel {
  constructor(
    readonly model: QueryModel,
    trans: TranslationBundle
  ) {
    super({ orientation: 'vertical', spacing: 5 });
    this.addClass('ah-Query');
    this.editor = new QueryEditor(model, trans);
    this.addWidget(this.editor);
    const result = new QueryResult(model, this.editor, trans);
    this.addWidget(result);
    SplitPanel.setStretch(this.editor, 0);
    SplitPanel.setStretch(result, 1);
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
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
  private shared = false;
}
