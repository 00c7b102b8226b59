// The notebook collection: what is there, and copies of it.
import type { Door } from './api.js';
import { listOf, objectOf, textOf } from './json.js';

/** One notebook of the collection. */
export interface INotebookEntry {
  readonly path: string;
  readonly section: string;
  readonly title: string;
  readonly description: string;
  readonly keywords: readonly string[];
}

/** The notebook collection. */
export class Notebooks {
  constructor(private readonly door: Door) {}

  /** List the notebooks. */
  async list(): Promise<readonly INotebookEntry[]> {
    const said = objectOf(await this.door.json('notebooks'));
    return listOf(said['notebooks']).map(entry => ({
      path: textOf(entry['path']),
      section: textOf(entry['section']),
      title: textOf(entry['title']),
      description: textOf(entry['description']),
      keywords: Array.isArray(entry['keywords']) ? entry['keywords'].map(textOf) : []
    }));
  }

  /** Copy a notebook into the home and return the copy's path there. */
  async copy(path: string): Promise<string> {
    return textOf(objectOf(await this.door.json('notebooks/copy', 'POST', { path }))['path']);
  }
}
