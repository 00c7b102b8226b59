// The place of a fault in the editor's text: under the word, with a fix where one is known.
import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IPosition, IProblem } from '../archive/problem.js';

/** From and to, as offsets in the text. */
export interface ISpan {
  readonly from: number;
  readonly to: number;
}

/** Find a position in a text; a position beyond it lies at its end. */
export function spanOf(text: Text, position: IPosition): ISpan {
  const line = text.line(Math.max(1, Math.min(position.line, text.lines)));
  const from = Math.min(line.from + Math.max(0, position.column - 1), line.to);
  const to = Math.min(line.from + Math.max(0, position.endColumn - 1), line.to);
  return to > from ? { from, to } : { from: Math.max(line.from, from - 1), to: from };
}

/** Put the suggestion in place of what stands in a span, and the cursor behind it. */
export function mend(view: EditorView, span: ISpan, suggestion: string): void {
  view.dispatch({
    changes: { ...span, insert: suggestion },
    selection: { anchor: span.from + suggestion.length },
    scrollIntoView: true,
    userEvent: 'input.complete'
  });
  view.focus();
}

/** Make the mark under the word; none for a problem without a place. */
export function diagnosticsOf(problem: IProblem, text: Text, trans: TranslationBundle): Diagnostic[] {
  const { position, suggestion, sentence } = problem;
  if (position === null) {
    return [];
  }
  const actions =
    suggestion === null
      ? []
      : [
          {
            name: trans.__('Use %1', suggestion),
            apply: (view: EditorView, from: number, to: number): void => {
              mend(view, { from, to }, suggestion);
            }
          }
        ];
  return [{ ...spanOf(text, position), severity: 'error', message: sentence, actions }];
}
