// A grid of many rows in few elements, for pointer, keyboard and screen reader.
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { element } from '../dom.js';
import { linesOf } from './copy.js';
import { Columns, Rows } from './geometry.js';
import { LEAST_PX, Measure } from './measure.js';
import { HEADER_ROWS, Painter } from './painter.js';
import { type ICell, type IRange, moved, rangeOf } from './selection.js';
import type { IGridSource } from './source.js';
import { Tip } from './tip.js';

const KEY_RESIZE_PX = 16;
const GRIP_PX = 4;
const START: ICell = { row: 0, column: 0 };

/** What the pointer does while its button is down. */
type Drag =
  | { readonly kind: 'select' }
  | { readonly kind: 'resize'; readonly column: number; readonly from: number; readonly width: number };

/** A grid over one source. */
export class Grid extends Widget {
  /**
   * @param source - What it shows.
   * @param label - Its name for screen readers.
   */
  constructor(
    private readonly source: IGridSource,
    label: string
  ) {
    super();
    this.id = `ah-grid-${++Grid.made}`;
    this.painter = new Painter(this.id);
    this.addClass('ah-Grid');
    for (const [name, value] of Object.entries({
      role: 'grid',
      tabindex: '0',
      'aria-label': label,
      'aria-multiselectable': 'true',
      'aria-readonly': 'true',
      'aria-rowcount': String(source.rows + HEADER_ROWS),
      'aria-colcount': String(source.columns.length)
    })) {
      this.node.setAttribute(name, value);
    }
    this.pane.append(this.painter.head, this.painter.body);
    this.stack.append(this.pane);
    this.scroller.append(this.stack);
    this.node.append(this.scroller, this.tip.node);
  }

  /** Handle the events of the grid's elements. */
  handleEvent(event: Event): void {
    this.handlers[event.type]?.(event);
  }

  /** The selected cells as tab-separated lines. */
  copied(): string {
    return linesOf(this.source, this.range);
  }

  protected override onAfterAttach(_: Message): void {
    for (const type of Object.keys(this.handlers)) {
      this.node.addEventListener(type, this, { capture: type === 'scroll', passive: type === 'scroll' });
    }
    const style = getComputedStyle(this.node);
    const measure = new Measure(style);
    this.columns = new Columns(this.source.columns.map((_, column) => measure.width(this.source, column)));
    this.rows = new Rows(this.source.rows, Math.round(parseFloat(style.fontSize) * 1.85));
    this.node.style.setProperty('--ah-row-height', `${this.rows.height}px`);
    this.update();
  }

  protected override onBeforeDetach(_: Message): void {
    for (const type of Object.keys(this.handlers)) {
      this.node.removeEventListener(type, this, { capture: type === 'scroll' });
    }
    this.tip.hide();
  }

  protected override onResize(_: Widget.ResizeMessage): void {
    this.update();
  }

  protected override onAfterShow(_: Message): void {
    this.update();
  }

  protected override onActivateRequest(_: Message): void {
    this.node.focus();
  }

  protected override onUpdateRequest(_: Message): void {
    if (!this.isVisible) {
      return;
    }
    const { scroller, columns, rows } = this;
    const width = scroller.clientWidth;
    this.stack.style.width = `${columns.total}px`;
    this.stack.style.height = `${rows.stacked + this.headHeight}px`;
    this.pane.style.width = `${width}px`;
    this.pane.style.height = `${scroller.clientHeight}px`;
    this.top = rows.clamp(this.top, this.view);
    this.painter.paint({
      source: this.source,
      columns,
      rowHeight: rows.height,
      rows: rows.visible(this.top, this.view),
      shown: columns.visible(scroller.scrollLeft, scroller.scrollLeft + width),
      top: this.top,
      left: scroller.scrollLeft,
      active: this.active,
      range: this.touched ? this.range : null
    });
    this.node.setAttribute('aria-activedescendant', this.painter.cellId(this.active));
  }

  private get headHeight(): number {
    return HEADER_ROWS * this.rows.height;
  }

  /** Height in which rows show. */
  private get view(): number {
    return Math.max(0, this.scroller.clientHeight - this.headHeight);
  }

  private get range(): IRange {
    return rangeOf(this.anchor, this.active, this.source.rows);
  }

  private onScroll(): void {
    if (Math.abs(this.scroller.scrollTop - this.scrolled) >= 1 || !this.rows.mapped) {
      this.scrolled = this.scroller.scrollTop;
      this.top = this.rows.topOf(this.scrolled, this.view);
    }
    this.tip.hide();
    this.update();
  }

  /** With a scroll bar that stands for more px than it has, a turn of the wheel still moves a few rows. */
  private onWheel(event: WheelEvent): void {
    if (this.rows.mapped && event.deltaY !== 0 && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? this.rows.height : 1;
      this.scrollRows(this.top + event.deltaY * step);
    }
  }

  private scrollRows(top: number): void {
    this.top = this.rows.clamp(top, this.view);
    this.scroller.scrollTop = this.rows.scrollOf(this.top, this.view);
    this.scrolled = this.scroller.scrollTop;
    this.update();
  }

  private onKeyDown(event: KeyboardEvent): void {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'a') {
      this.anchor = START;
      this.select({ row: this.source.rows - 1, column: this.columns.count - 1 }, { extend: true, reveal: false });
    } else if (event.key === 'Escape') {
      this.tip.hide();
      return;
    } else if (this.active.row < 0 && event.shiftKey && /^Arrow(Left|Right)$/.test(event.key)) {
      const by = event.key === 'ArrowLeft' ? -KEY_RESIZE_PX : KEY_RESIZE_PX;
      this.resize(this.active.column, this.columns.width(this.active.column) + by);
    } else if (event.altKey || !this.move(event.key, command, event.shiftKey)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private move(key: string, far: boolean, extend: boolean): boolean {
    const page = Math.max(1, Math.floor(this.view / this.rows.height) - 1);
    const extent = { rows: this.source.rows, columns: this.columns.count, page };
    const cell = moved(this.active, key, extent, far);
    if (cell) {
      this.select(cell, { extend, reveal: true });
    }
    return cell !== null;
  }

  private select(cell: ICell, how: { extend: boolean; reveal: boolean }): void {
    this.touched = true;
    this.active = cell;
    if (!how.extend) {
      this.anchor = cell;
    }
    if (how.reveal) {
      this.reveal(cell);
    }
    this.tip.hide();
    if (cell.row < 0) {
      this.showTip(cell.column, true);
    }
    this.update();
  }

  private reveal({ row, column }: ICell): void {
    if (row >= 0) {
      this.scrollRows(this.rows.reveal(row, this.top, this.view));
    }
    const { scroller } = this;
    const left = this.columns.left(column);
    const right = left + this.columns.width(column);
    if (right > scroller.scrollLeft + scroller.clientWidth) {
      scroller.scrollLeft = right - scroller.clientWidth;
    }
    if (left < scroller.scrollLeft) {
      scroller.scrollLeft = left;
    }
  }

  private cellAt(event: MouseEvent): ICell {
    const box = this.scroller.getBoundingClientRect();
    const x = Math.max(0, Math.min(event.clientX - box.left, this.scroller.clientWidth - 1));
    const y = event.clientY - box.top - this.headHeight;
    const row = Math.floor((this.top + y) / this.rows.height);
    return {
      row: y < 0 && !this.drag ? -1 : Math.max(0, Math.min(row, this.source.rows - 1)),
      column: this.columns.at(this.scroller.scrollLeft + x)
    };
  }

  /** The column whose right edge is meant; by place, as a captured pointer has no other target than the grid. */
  private gripAt(event: MouseEvent): number | null {
    const box = this.scroller.getBoundingClientRect();
    const y = event.clientY - box.top;
    return y < 0 || y > this.rows.height
      ? null
      : this.columns.edgeAt(this.scroller.scrollLeft + event.clientX - box.left, GRIP_PX);
  }

  /** The grid itself takes the focus, not what scrolls in it. */
  private onMouseDown(event: Event): void {
    if (this.isContent(event)) {
      event.preventDefault();
      this.node.focus({ preventScroll: true });
    }
  }

  private onPointerDown(event: PointerEvent): void {
    if (event.button !== 0 || !this.isContent(event)) {
      return;
    }
    const column = this.gripAt(event);
    if (column === null) {
      this.select(this.cellAt(event), { extend: event.shiftKey, reveal: false });
      this.drag = this.active.row < 0 ? null : { kind: 'select' };
    } else {
      this.drag = { kind: 'resize', column, from: event.clientX, width: this.columns.width(column) };
    }
    this.node.setPointerCapture(event.pointerId);
  }

  private onPointerMove(event: PointerEvent): void {
    if (this.drag?.kind === 'resize') {
      this.resize(this.drag.column, this.drag.width + event.clientX - this.drag.from);
    } else if (this.drag) {
      this.select(this.cellAt(event), { extend: true, reveal: true });
    } else if (this.isContent(event)) {
      this.point(event);
    }
  }

  /** Show the tooltip of a header, and the whole text of a cell that is too narrow for it. */
  private point(event: PointerEvent): void {
    const cell = this.cellAt(event);
    if (cell.row < 0) {
      this.showTip(cell.column, false);
      return;
    }
    this.tip.hide();
    const target = event.target;
    if (target instanceof HTMLElement && target.classList.contains('ah-Grid-cell')) {
      target.title = target.scrollWidth > target.clientWidth ? target.textContent : '';
    }
  }

  private showTip(index: number, atOnce: boolean): void {
    const column = this.source.columns[index];
    if (column) {
      this.tip.show(column, this.columns.left(index) - this.scroller.scrollLeft, this.headHeight + 2, atOnce);
    }
  }

  /** Whether an event lies on rows or headers, not on a scroll bar. */
  private isContent(event: Event): boolean {
    return event.target instanceof Node && this.pane.contains(event.target);
  }

  private resize(column: number, width: number): void {
    this.columns.resize(column, Math.max(LEAST_PX, width));
    this.update();
  }

  private onDoubleClick(event: MouseEvent): void {
    const column = this.gripAt(event);
    if (column !== null) {
      const first = Math.floor(this.top / this.rows.height);
      this.resize(column, new Measure(getComputedStyle(this.node)).width(this.source, column, first, true));
    }
  }

  private onCopy(event: ClipboardEvent): void {
    event.clipboardData?.setData('text/plain', this.copied());
    event.preventDefault();
  }

  private readonly handlers: Readonly<Record<string, (event: Event) => void>> = {
    scroll: () => this.onScroll(),
    wheel: event => this.onWheel(event as WheelEvent),
    keydown: event => this.onKeyDown(event as KeyboardEvent),
    mousedown: event => this.onMouseDown(event),
    pointerdown: event => this.onPointerDown(event as PointerEvent),
    pointermove: event => this.onPointerMove(event as PointerEvent),
    pointerup: () => (this.drag = null),
    pointercancel: () => (this.drag = null),
    pointerleave: () => this.tip.hide(),
    dblclick: event => this.onDoubleClick(event as MouseEvent),
    copy: event => this.onCopy(event as ClipboardEvent),
    blur: () => this.tip.hide()
  };

  private static made = 0;
  private readonly painter: Painter;
  private readonly tip = new Tip();
  private readonly scroller = element('div', { class: 'ah-Grid-scroller', tabindex: '-1', role: 'presentation' });
  private readonly stack = element('div', { class: 'ah-Grid-stack', role: 'presentation' });
  private readonly pane = element('div', { class: 'ah-Grid-pane', role: 'presentation' });
  private columns = new Columns([]);
  private rows = new Rows(0, 1);
  private active: ICell = START;
  private anchor: ICell = START;
  private touched = false;
  private drag: Drag | null = null;
  private top = 0;
  private scrolled = 0;
}
