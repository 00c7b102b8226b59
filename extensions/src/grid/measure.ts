// How wide a column should be: as its name, its unit and its first values need.
import type { IGridSource } from './source.js';

const NARROWEST_PX = 56;
const WIDEST_PX = 360;
const PADDING_PX = 20;
const ROWS_LOOKED_AT = 100;

/** The narrowest a user can make a column. */
export const LEAST_PX = 32;

/** Measures texts in one font. */
export class Measure {
  constructor(style: CSSStyleDeclaration) {
    this.values = `${style.fontSize} ${style.fontFamily}`;
    this.names = `600 ${this.values}`;
  }

  /** The width a column needs, within bounds; without them when `whole`. */
  width(source: IGridSource, column: number, from = 0, whole = false): number {
    const { name = '', unit = '' } = source.columns[column] ?? {};
    let widest = Math.max(this.text(name, this.names), this.text(unit));
    const end = Math.min(source.rows, from + ROWS_LOOKED_AT);
    for (let row = from; row < end; row++) {
      widest = Math.max(widest, this.text(source.text(row, column) ?? ''));
    }
    const needed = Math.ceil(widest + PADDING_PX);
    return Math.max(NARROWEST_PX, whole ? needed : Math.min(WIDEST_PX, needed));
  }

  private text(text: string, font = this.values): number {
    if (!this.context) {
      return text.length * 8;
    }
    this.context.font = font;
    return this.context.measureText(text.slice(0, 400)).width;
  }

  private readonly context = document.createElement('canvas').getContext('2d');
  private readonly values: string;
  private readonly names: string;
}
