// Which cell is active and which rectangle is selected, and how keys move them.

/** A cell; row -1 is the header. */
export interface ICell {
  readonly row: number;
  readonly column: number;
}

/** A rectangle of cells, its ends included. */
export interface IRange {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** How far moves can go. */
export interface IExtent {
  readonly rows: number;
  readonly columns: number;
  /** Rows a page holds. */
  readonly page: number;
}

const STEPS: Readonly<Record<string, (cell: ICell, extent: IExtent, far: boolean) => ICell>> = {
  ArrowUp: (cell, _, far) => ({ ...cell, row: far ? 0 : cell.row - 1 }),
  ArrowDown: (cell, { rows }, far) => ({ ...cell, row: far ? rows - 1 : cell.row + 1 }),
  ArrowLeft: (cell, _, far) => ({ ...cell, column: far ? 0 : cell.column - 1 }),
  ArrowRight: (cell, { columns }, far) => ({ ...cell, column: far ? columns - 1 : cell.column + 1 }),
  PageUp: (cell, { page }) => ({ ...cell, row: Math.max(0, cell.row - page) }),
  PageDown: (cell, { page }) => ({ ...cell, row: cell.row + page }),
  Home: (cell, _, far) => ({ row: far ? 0 : cell.row, column: 0 }),
  End: (cell, { rows, columns }, far) => ({ row: far ? rows - 1 : cell.row, column: columns - 1 })
};

/**
 * Move a cell by a key.
 *
 * @param far - Whether Ctrl (Cmd) was held: to the edge.
 * @returns The cell moved to, or null when the key moves nothing.
 */
export function moved(cell: ICell, key: string, extent: IExtent, far: boolean): ICell | null {
  const step = STEPS[key];
  return step ? within(step(cell, extent, far), extent) : null;
}

/** The rectangle between two cells; a header stands for its whole column. */
export function rangeOf(anchor: ICell, active: ICell, rows: number): IRange {
  const top = Math.min(anchor.row, active.row);
  return {
    top: Math.max(0, top),
    bottom: top < 0 ? rows - 1 : Math.max(anchor.row, active.row),
    left: Math.min(anchor.column, active.column),
    right: Math.max(anchor.column, active.column)
  };
}

/** Whether a rectangle holds a cell. */
export function holds(range: IRange, row: number, column: number): boolean {
  return row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;
}

function within(cell: ICell, extent: IExtent): ICell {
  return {
    row: Math.max(-1, Math.min(cell.row, extent.rows - 1)),
    column: Math.max(0, Math.min(cell.column, extent.columns - 1))
  };
}
