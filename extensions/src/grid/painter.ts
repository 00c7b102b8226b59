// The elements of a grid: two header rows and as many rows as show, filled again at each repaint.
import { element } from '../dom.js';
import type { Columns } from './geometry.js';
import { holds, type ICell, type IRange } from './selection.js';
import type { IGridSource } from './source.js';
import { NULL_SIGN } from './text.js';

/** Header rows above the values: names and units. */
export const HEADER_ROWS = 2;

/** What a repaint needs to know. */
export interface IScene {
  readonly source: IGridSource;
  readonly columns: Columns;
  readonly rowHeight: number;
  /** Rows that show, the end not included. */
  readonly rows: readonly [number, number];
  /** Columns that show, the end not included. */
  readonly shown: readonly [number, number];
  /** Where in the rows the upper edge lies, and where in the columns the left one, in px. */
  readonly top: number;
  readonly left: number;
  readonly active: ICell;
  readonly range: IRange | null;
}

/** The elements of one grid. */
export class Painter {
  readonly head = element('div', { class: 'ah-Grid-head', role: 'rowgroup' });
  readonly body = element('div', { class: 'ah-Grid-body', role: 'rowgroup' });

  constructor(private readonly id: string) {
    this.head.append(this.names.node, this.units.node);
  }

  /** The id of a cell's element, as long as it shows. */
  cellId(cell: ICell): string {
    return `${this.id}-${cell.row}-${cell.column}`;
  }

  paint(scene: IScene): void {
    const shift = `translateX(${-scene.left}px)`;
    this.head.style.transform = shift;
    this.body.style.transform = shift;
    this.paintHead(scene);
    this.paintBody(scene);
  }

  private paintHead(scene: IScene): void {
    const { source, active, range } = scene;
    this.names.place(1, scene, (cell, column) => {
      const { name = '', notes = [] } = source.columns[column] ?? {};
      cell.id = this.cellId({ row: -1, column });
      write(cell, name);
      cell.setAttribute('aria-description', notes.join('. '));
      cell.classList.toggle('ah-mod-active', active.row < 0 && active.column === column);
      cell.classList.toggle('ah-mod-selected', range !== null && column >= range.left && column <= range.right);
    });
    this.units.place(2, scene, (cell, column) => {
      write(cell, source.columns[column]?.unit ?? '');
    });
  }

  private paintBody(scene: IScene): void {
    const [first, end] = scene.rows;
    while (this.rows.length < end - first) {
      const row = new Row('gridcell', 'ah-Grid-cell');
      this.rows.push(row);
      this.body.append(row.node);
    }
    this.rows.forEach((line, slot) => {
      const row = first + slot;
      line.node.hidden = row >= end;
      if (row < end) {
        line.node.style.transform = `translateY(${row * scene.rowHeight - scene.top}px)`;
        line.node.classList.toggle('ah-mod-odd', row % 2 === 1);
        this.paintRow(line, row, scene);
      }
    });
  }

  private paintRow(line: Row, row: number, scene: IScene): void {
    const { source, active, range } = scene;
    line.place(row + 1 + HEADER_ROWS, scene, (cell, column) => {
      const text = source.text(row, column);
      cell.id = this.cellId({ row, column });
      write(cell, text ?? NULL_SIGN);
      const selected = range !== null && holds(range, row, column);
      cell.classList.toggle('ah-mod-null', text === null);
      cell.classList.toggle('ah-mod-active', active.row === row && active.column === column);
      cell.classList.toggle('ah-mod-selected', selected);
      cell.setAttribute('aria-selected', String(selected));
    });
  }

  private readonly names = new Row('columnheader', 'ah-Grid-name', true);
  private readonly units = new Row('columnheader', 'ah-Grid-unit');
  private readonly rows: Row[] = [];
}

/** One row's element and those of its cells that show. */
class Row {
  readonly node = element('div', { class: 'ah-Grid-row', role: 'row' });

  constructor(
    private readonly role: string,
    private readonly className: string,
    private readonly grips = false
  ) {}

  place(index: number, scene: IScene, fill: (cell: HTMLElement, column: number) => void): void {
    const [first, end] = scene.shown;
    this.node.setAttribute('aria-rowindex', String(index));
    this.node.style.width = `${scene.columns.total}px`;
    while (this.cells.length < end - first) {
      this.add();
    }
    this.cells.forEach((cell, slot) => {
      const column = first + slot;
      cell.hidden = column >= end;
      if (column < end) {
        cell.style.left = `${scene.columns.left(column)}px`;
        cell.style.width = `${scene.columns.width(column)}px`;
        cell.setAttribute('aria-colindex', String(column + 1));
        cell.classList.toggle('ah-mod-numeric', scene.source.columns[column]?.numeric ?? false);
        fill(cell, column);
      }
    });
  }

  private add(): void {
    const cell = element('div', { class: this.className, role: this.role });
    cell.append(document.createTextNode(''));
    if (this.grips) {
      cell.append(element('div', { class: 'ah-Grid-grip', 'aria-hidden': 'true' }));
    }
    this.cells.push(cell);
    this.node.append(cell);
  }

  private readonly cells: HTMLElement[] = [];
}

function write(cell: HTMLElement, text: string): void {
  const node = cell.firstChild;
  if (node && node.nodeValue !== text) {
    node.nodeValue = text;
  }
}
