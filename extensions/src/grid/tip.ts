// The tooltip of a column: what is known of it, beside its header, for pointer and keyboard alike.
import { element } from '../dom.js';
import type { IGridColumn } from './source.js';

const DELAY_MS = 350;

/** The one tooltip of a grid. */
export class Tip {
  readonly node = element('div', { class: 'ah-Grid-tip', role: 'tooltip', hidden: '' });

  /** Show a column's notes under a place of the grid, after a moment. */
  show(column: IGridColumn, left: number, top: number, at_once = false): void {
    if (this.shown === column) {
      return;
    }
    this.hide();
    this.shown = column;
    this.timer = window.setTimeout(() => this.open(column, left, top), at_once ? 0 : DELAY_MS);
  }

  hide(): void {
    window.clearTimeout(this.timer);
    this.shown = null;
    this.node.hidden = true;
  }

  private open(column: IGridColumn, left: number, top: number): void {
    const name = element('div', { class: 'ah-Grid-tipName' }, column.name);
    this.node.replaceChildren(name, ...column.notes.map(note => element('div', {}, note)));
    this.node.hidden = false;
    const room = (this.node.parentElement?.clientWidth ?? 0) - this.node.offsetWidth;
    this.node.style.left = `${Math.max(0, Math.min(left, room))}px`;
    this.node.style.top = `${top}px`;
  }

  private shown: IGridColumn | null = null;
  private timer = 0;
}
