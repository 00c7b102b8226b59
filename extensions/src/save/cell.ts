// The cell that gets a result's rows in a notebook: what a good colleague would write. Pure functions.

/** What is known of a result. */
export interface IResult {
  readonly query: string;
  /** The row limit, where it cut the result; else null. */
  readonly cutAt: number | null;
  /** The table of MyDB that holds all rows; null when they were not saved. */
  readonly savedAs: string | null;
  /** The job whose result holds all rows; null when there is none. */
  readonly job?: string | null;
}

/** Write the cell. */
export function cellOf({ query, cutAt, savedAs, job }: IResult): string {
  if (savedAs !== null) {
    return written(`"SELECT * FROM mydb.${savedAs}"`, null);
  }
  if (job) {
    return jobCell(job);
  }
  const text = query.trim().replace(/\\/g, '\\\\').replace(/"""/g, '\\"\\"\\"');
  return written(`"""\n${text}\n"""`, cutAt);
}

/** Write the cell that gets a job's result. */
export function jobCell(job: string): string {
  return `import astrohub\n\ntable = astrohub.result("${job}")\ntable`;
}

function written(query: string, cutAt: number | null): string {
  const limit = cutAt === null ? '' : `, maxrec=${cutAt}`;
  const remark = cutAt === null ? '' : '  # of more rows: without maxrec, all of them come';
  return `import astrohub\n\ntable = astrohub.query(${query}${limit})${remark}\ntable`;
}
