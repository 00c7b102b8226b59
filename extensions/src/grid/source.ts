// What a grid shows: columns, and texts by row and column.

/** One column of a grid. */
export interface IGridColumn {
  readonly name: string;
  readonly unit: string;
  /** What else is known of it, a line each: shown when the header is pointed at. */
  readonly notes: readonly string[];
  /** Whether its values are numbers, set flush right. */
  readonly numeric: boolean;
}

/** The rows and columns of a grid. */
export interface IGridSource {
  readonly columns: readonly IGridColumn[];
  readonly rows: number;
  /** The text of a cell; null where there is no value. */
  text(row: number, column: number): string | null;
}
