// Which table of MyDB holds all rows of a query: of those saved since the page was loaded, the newest that is still it.
import type { MyDb } from '../archive/mydb.js';

/** The tables that were saved. */
export class KeptTables {
  constructor(private readonly mydb: Pick<MyDb, 'list'>) {}

  /** Remember under which name the rows were saved. */
  add(name: string): void {
    this.names = [name, ...this.names.filter(other => other !== name)];
  }

  /** The name of the table that holds a query's rows; null when there is none, or none any more. */
  async holding(query: string): Promise<string | null> {
    if (this.names.length === 0) {
      return null;
    }
    // What a table was made of is asked anew: it may have been deleted, restored or replaced meanwhile.
    const { tables } = await this.mydb.list();
    const of = new Map(tables.map(table => [table.name, table.query.trim()]));
    return this.names.find(name => of.get(name) === query.trim()) ?? null;
  }

  private names: readonly string[] = [];
}
