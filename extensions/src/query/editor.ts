// The upper half of the tab: an ADQL editor that holds the query's text and shows where a fault stands.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql } from '@codemirror/lang-sql';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { diagnosticCount, forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
  tooltips,
  type ViewUpdate
} from '@codemirror/view';
import { jupyterTheme } from '@jupyterlab/codemirror';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { IPosition, IProblem } from '../archive/problem.js';
import { ADQL } from './dialect.js';
import { diagnosticsOf, mend, spanOf } from './faults.js';
import type { QueryModel, QueryState } from './model.js';
import { tooltipTheme } from './theme.js';

/** Tab is left to the page, so that the keyboard gets out of the editor, and Ctrl+Enter to the command that runs. */
const EDITING = defaultKeymap.filter(({ key }) => key !== 'Mod-Enter');

/** The editor of one query. */
export class QueryEditor extends Widget {
  constructor(
    private readonly model: QueryModel,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('ah-Editor');
    this.view = new EditorView({
      parent: this.node,
      state: EditorState.create({ doc: model.text, extensions: this.extensions() })
    });
    model.changed.connect(this.onTextChanged, this);
    model.stateChanged.connect(this.onStateChanged, this);
  }

  /** Mark a problem under its word; null takes the mark away. */
  point(problem: IProblem | null): void {
    this.problem = problem;
    if (problem !== null || diagnosticCount(this.view.state) > 0) {
      this.mark(problem === null ? [] : diagnosticsOf(problem, this.view.state.doc, this.trans));
    }
  }

  /** Whether somebody writes just there. */
  isTypingAt(position: IPosition): boolean {
    const { doc, selection } = this.view.state;
    const { from, to } = spanOf(doc, position);
    return this.view.hasFocus && selection.main.head >= from && selection.main.head <= to;
  }

  /** Replace the word at the problem's place by the one that is suggested. */
  mend(): void {
    const { problem } = this;
    if (!problem?.position || !problem.suggestion) {
      return;
    }
    let span = spanOf(this.view.state.doc, problem.position);
    forEachDiagnostic(this.view.state, (_, from, to) => {
      span = { from, to };
    });
    mend(this.view, span, problem.suggestion);
  }

  /** Put a text where the cursor stands, in place of what is selected. */
  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text), { scrollIntoView: true, userEvent: 'input' });
    this.view.focus();
  }

  /** Put the cursor on the problem's place. */
  goToProblem(): void {
    if (this.problem?.position) {
      const { from, to } = spanOf(this.view.state.doc, this.problem.position);
      this.view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      this.view.focus();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.view.destroy();
      super.dispose();
    }
  }

  protected override onActivateRequest(_: Message): void {
    this.view.focus();
  }

  protected override onAfterShow(_: Message): void {
    this.view.requestMeasure();
  }

  protected override onResize(_: Widget.ResizeMessage): void {
    this.view.requestMeasure();
  }

  private extensions(): Extension[] {
    return [
      lineNumbers(),
      lintGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      sql({ dialect: ADQL }),
      jupyterTheme,
      tooltipTheme,
      tooltips({ parent: document.body }),
      placeholder(this.trans.__('SELECT … FROM … — an ADQL query')),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        'aria-label': this.trans.__('ADQL query'),
        'aria-multiline': 'true',
        spellcheck: 'false'
      }),
      EditorView.updateListener.of(update => {
        this.onUpdate(update);
      }),
      keymap.of([...lintKeymap, ...historyKeymap, ...EDITING])
    ];
  }

  private onUpdate(update: ViewUpdate): void {
    if (!update.docChanged) {
      return;
    }
    this.model.text = update.state.doc.toString();
    if (touchesFault(update)) {
      // After this update: CodeMirror does not take a change while it makes one.
      queueMicrotask(() => {
        this.mark([]);
      });
    }
  }

  private onTextChanged(): void {
    const doc = this.view.state.doc;
    if (doc.toString() !== this.model.text) {
      this.view.dispatch({ changes: { from: 0, to: doc.length, insert: this.model.text } });
    }
  }

  private onStateChanged(_: QueryModel, state: QueryState): void {
    this.point(state.phase === 'failed' ? state.problem : null);
  }

  private mark(diagnostics: ReturnType<typeof diagnosticsOf>): void {
    if (!this.isDisposed) {
      this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
    }
  }

  private readonly view: EditorView;
  private problem: IProblem | null = null;
}

/** Whether a change touched the word under which a fault is marked. */
function touchesFault(update: ViewUpdate): boolean {
  let touched = false;
  forEachDiagnostic(update.startState, (_, from, to) => {
    touched ||= Boolean(update.changes.touchesRange(from, to));
  });
  return touched;
}
