// Where rows and columns lie, in numbers only: what is visible, and a scroll bar for more rows than a browser can stack.

/** The tallest element to rely on: Firefox stops at 17.5 Mpx, Chromium at 33.5. */
export const TALLEST_PX = 8_000_000;

/** Positions of columns side by side. */
export class Columns {
  /** `edges[i]` is where column i begins; the last one is the total width. */
  private edges: number[] = [0];

  constructor(private readonly widths: number[]) {
    this.measure();
  }

  get count(): number {
    return this.widths.length;
  }

  get total(): number {
    return this.edges[this.widths.length] ?? 0;
  }

  left(column: number): number {
    return this.edges[column] ?? this.total;
  }

  width(column: number): number {
    return this.widths[column] ?? 0;
  }

  resize(column: number, width: number): void {
    this.widths[column] = width;
    this.measure();
  }

  /** First column and the one after the last that show between two positions. */
  visible(from: number, to: number): [number, number] {
    const first = Math.max(0, this.at(from));
    let end = first;
    while (end < this.count && this.left(end) < to) {
      end++;
    }
    return [first, end];
  }

  /** The column at a position; the last one beyond the end. */
  at(x: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.left(middle) <= x) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The column whose right edge lies within some px of a position; null when there is none. */
  edgeAt(x: number, reach: number): number | null {
    const here = this.at(x);
    const near = [here - 1, here].find(
      column => column >= 0 && column < this.count && Math.abs(this.left(column + 1) - x) <= reach
    );
    return near ?? null;
  }

  private measure(): void {
    const edges = [0];
    for (const width of this.widths) {
      edges.push((edges[edges.length - 1] ?? 0) + width);
    }
    this.edges = edges;
  }
}

/** Rows of one height under a scroll bar that may be shorter than they are. */
export class Rows {
  constructor(
    readonly count: number,
    readonly height: number
  ) {}

  /** Height of all rows, in px that no element may have. */
  get total(): number {
    return this.count * this.height;
  }

  /** Height of the element that is scrolled. */
  get stacked(): number {
    return Math.min(this.total, TALLEST_PX);
  }

  /** Whether the scroll bar stands for more px than it has. */
  get mapped(): boolean {
    return this.total > this.stacked;
  }

  /** Where in the rows a scroll position lies. */
  topOf(scroll: number, view: number): number {
    if (!this.mapped) {
      return this.clamp(scroll, view);
    }
    return Math.min(1, Math.max(0, scroll / (this.stacked - view))) * (this.total - view);
  }

  /** The scroll position of a place in the rows. */
  scrollOf(top: number, view: number): number {
    return this.mapped ? (top / (this.total - view)) * (this.stacked - view) : top;
  }

  /** Keep a place within the rows. */
  clamp(top: number, view: number): number {
    return Math.max(0, Math.min(top, this.total - view));
  }

  /** First row and the one after the last that show. */
  visible(top: number, view: number): [number, number] {
    const first = Math.max(0, Math.floor(top / this.height));
    return [first, Math.min(this.count, Math.ceil((top + view) / this.height))];
  }

  /** The nearest place from which a row shows in full. */
  reveal(row: number, top: number, view: number): number {
    const y = row * this.height;
    if (y < top) {
      return y;
    }
    return y + this.height > top + view ? this.clamp(y + this.height - view, view) : top;
  }
}
