// A rectangle of cells as text that a spreadsheet or a script takes.
import type { IRange } from './selection.js';
import type { IGridSource } from './source.js';

/** Write the cells of a rectangle as tab-separated lines; where there is no value there is no text. */
export function linesOf(source: IGridSource, { top, bottom, left, right }: IRange): string {
  const lines: string[] = [];
  for (let row = top; row <= bottom; row++) {
    const cells: string[] = [];
    for (let column = left; column <= right; column++) {
      // What would break the table becomes a space.
      cells.push((source.text(row, column) ?? '').replace(/[\t\r\n]+/g, ' '));
    }
    lines.push(cells.join('\t'));
  }
  return lines.join('\n');
}
