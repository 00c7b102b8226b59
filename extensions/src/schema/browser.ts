// The Schema browser: a search box, the tree, and a line about what is selected.
import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import { type Catalog, type ISchemaEntry, MYDB } from '../archive/catalog.js';
import type { IHoldings, MyDb } from '../archive/mydb.js';
import { actOnKey, element } from '../dom.js';
import { schemaIcon } from '../icons.js';
import { sizeText } from '../query/figures.js';
import { iconButton, SidePane } from '../side/pane.js';
import { detailOf } from './detail.js';
import { identifier, tableName } from './first-query.js';
import { drawRow } from './row.js';
import { wordsOf } from './search.js';
import { levelOf, PAGE, type Row, rowsOf } from './tree.js';

const TYPING_MS = 150;

/** The Schema browser. */
export class SchemaBrowser extends SidePane {
  constructor(
    private readonly catalog: Catalog,
    private readonly mydb: MyDb,
    private readonly trans: TranslationBundle
  ) {
    super('astrohub-schema', schemaIcon, trans.__('Schema browser'));
    this.addClass('ah-Schema');
    this.search.placeholder = trans.__('Search tables and columns');
    this.search.setAttribute('aria-label', this.search.placeholder);
    this.head.append(iconButton(refreshIcon, trans.__('Refresh'), () => void this.refresh()));
    this.above(element('div', { class: 'ah-Side-search' }, this.search));
    this.node.append(this.quota, this.detail);
    this.tree.setAttribute('aria-label', trans.__('Schemas, tables and columns'));
    this.listen();
    catalog.changed.connect(this.onCatalogChanged, this);
  }

  /** A table or column was chosen, by a click on a table or by Enter. */
  get chosen(): ISignal<this, Row> {
    return this._chosen;
  }

  /** Somebody wants to delete the selected table. */
  get deleting(): ISignal<this, void> {
    return this._deleting;
  }

  /** Somebody wants to give the selected table another name. */
  get renaming(): ISignal<this, void> {
    return this._renaming;
  }

  /** The row that is selected. */
  get selected(): Row | null {
    return this.rows.find(({ key }) => key === this.current) ?? null;
  }

  /** Read everything again. */
  async refresh(): Promise<void> {
    if (this.catalog.schemas === null) {
      this.showWaiting();
    }
    await this.catalog.refresh();
  }

  /** Show a table and select it. */
  reveal(schema: string, table: string): void {
    this.search.value = '';
    this.words = [];
    this.turned.clear();
    if (schema !== MYDB) {
      this.turned.add(schema);
    }
    this.select(`${schema}.${table}`);
    this.draw();
  }

  override dispose(): void {
    this.typing.dispose();
    super.dispose();
  }

  protected override onBeforeShow(_: Message): void {
    if (!this.asked) {
      this.asked = true;
      void this.refresh();
    }
  }

  protected override onActivateRequest(_: Message): void {
    this.search.focus();
  }

  private listen(): void {
    this.search.addEventListener('input', () => void this.typing.invoke());
    this.search.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown') {
        this.move(0);
        event.preventDefault();
      }
    });
    this.tree.addEventListener('click', event => this.onClick(event));
    this.tree.addEventListener('contextmenu', event => this.select(keyAt(event.target)), { capture: true });
    this.tree.addEventListener('keydown', event => this.onKey(event));
    this.tree.addEventListener('focusin', event => this.select(keyAt(event.target)));
    this.tree.addEventListener('dragstart', event => this.onDrag(event));
  }

  private onCatalogChanged(): void {
    this.draw();
    void this.measure();
  }

  /** How full MyDB is; no reason to fail when nobody can say. */
  private async measure(): Promise<void> {
    try {
      this.holdings = await this.mydb.list();
    } catch {
      this.holdings = null;
    }
    this.drawQuota();
    this.mark();
  }

  private find(): void {
    this.words = wordsOf(this.search.value);
    this.turned.clear();
    this.shown.clear();
    this.draw();
  }

  private draw(): void {
    const { schemas, problem } = this.catalog;
    if (schemas === null) {
      if (problem) {
        this.showProblem(problem.sentence, this.trans.__('Try again'), () => void this.refresh());
      }
      return;
    }
    this.rows = rowsOf(withMyDb(schemas), this);
    if (this.rows.length === 0) {
      this.show_(element('p', { class: 'ah-Side-empty' }, this.trans.__('Nothing has “%1” in its name or description.', this.search.value.trim())));
      return;
    }
    const focused = this.tree.contains(document.activeElement);
    const scrolled = this.body.scrollTop;
    this.tree.replaceChildren(...this.rows.map(row => drawRow(row, this.words, this.trans)));
    const warning = problem ? [element('p', { class: 'ah-Side-empty', role: 'alert' }, problem.sentence)] : [];
    this.show_(...warning, this.tree);
    this.body.scrollTop = scrolled;
    this.mark();
    if (focused) {
      this.nodeOf(this.current)?.focus();
    }
  }

  private drawQuota(): void {
    const { holdings } = this;
    this.quota.hidden = holdings === null || holdings.limitBytes === 0;
    if (holdings) {
      const { usedBytes, limitBytes, warning } = holdings;
      const used = this.trans.__('MyDB: %1 of %2', sizeText(usedBytes), sizeText(limitBytes));
      this.quota.classList.toggle('ah-mod-warning', warning !== '');
      this.quota.textContent = warning === '' ? used : warning;
    }
  }

  private select(key: string | null): void {
    if (key !== null && key !== this.current) {
      this.current = key;
      this.mark();
    }
  }

  private mark(): void {
    for (const node of this.tree.querySelectorAll('[aria-selected=true]')) {
      node.removeAttribute('aria-selected');
      node.setAttribute('tabindex', '-1');
    }
    const row = this.selected;
    const node = row ? this.nodeOf(row.key) : this.tree.firstElementChild;
    node?.setAttribute('tabindex', '0');
    if (row) {
      node?.setAttribute('aria-selected', 'true');
    }
    this.detail.replaceChildren(...(row ? detailOf(row, this.holdings, this.trans) : []));
  }

  private nodeOf(key: string | null): HTMLElement | null {
    const nodes = this.tree.children;
    const index = this.rows.findIndex(row => row.key === key);
    return (nodes[index] as HTMLElement | undefined) ?? null;
  }

  private onClick(event: MouseEvent): void {
    const key = keyAt(event.target);
    this.select(key);
    const row = this.selected;
    if (row === null) {
      return;
    }
    const twist = event.target instanceof Element && event.target.closest('.ah-Tree-twist') !== null;
    if (row.kind === 'table' && !twist) {
      this._chosen.emit(row);
    } else {
      this.turn(row);
    }
    this.nodeOf(key)?.focus();
  }

  private turn(row: Row): void {
    if (row.kind === 'more') {
      this.shown.set(row.table, (this.shown.get(row.table) ?? PAGE) + PAGE);
    } else if (!('open' in row)) {
      return;
    } else if (!this.turned.delete(row.key)) {
      this.turned.add(row.key);
    }
    this.draw();
  }

  private onKey(event: KeyboardEvent): void {
    const row = this.selected;
    const at = this.rows.findIndex(({ key }) => key === this.current);
    if (row === null) {
      return;
    }
    actOnKey(event, {
      ArrowDown: () => this.move(at + 1),
      ArrowUp: () => this.move(at - 1),
      Home: () => this.move(0),
      End: () => this.move(this.rows.length - 1),
      ArrowRight: () => this.inward(row, at),
      ArrowLeft: () => this.outward(row, at),
      Enter: () => (row.kind === 'table' || row.kind === 'column' ? this._chosen.emit(row) : this.turn(row)),
      ' ': () => this.turn(row),
      Delete: () => this._deleting.emit(),
      F2: () => this._renaming.emit()
    });
  }

  private inward(row: Row, at: number): void {
    if ('open' in row && row.open) {
      this.move(at + 1);
    } else {
      this.turn(row);
    }
  }

  private outward(row: Row, at: number): void {
    if ('open' in row && row.open) {
      this.turn(row);
      return;
    }
    const parent = this.rows.slice(0, at).findLastIndex(other => levelOf(other) < levelOf(row));
    this.move(parent);
  }

  private move(to: number): void {
    const row = this.rows[to];
    if (row) {
      this.select(row.key);
      const node = this.nodeOf(row.key);
      node?.focus();
      node?.scrollIntoView({ block: 'nearest' });
    }
  }

  private onDrag(event: DragEvent): void {
    this.select(keyAt(event.target));
    const row = this.selected;
    const name = row ? nameOf(row) : null;
    if (name !== null && event.dataTransfer) {
      event.dataTransfer.setData('text/plain', name);
      event.dataTransfer.effectAllowed = 'copy';
    }
  }

  readonly turned = new Set<string>();
  readonly shown = new Map<string, number>();
  words: readonly string[] = [];
  private readonly search = element('input', { type: 'search', class: 'ah-Field', spellcheck: 'false' });
  private readonly tree = element('div', { class: 'ah-Tree', role: 'tree' });
  private readonly quota = element('div', { class: 'ah-Side-quota', role: 'status', hidden: '' });
  private readonly detail = element('div', { class: 'ah-Detail', 'aria-live': 'polite' });
  private readonly typing = new Debouncer(() => this.find(), TYPING_MS);
  private readonly _chosen = new Signal<this, Row>(this);
  private readonly _deleting = new Signal<this, void>(this);
  private readonly _renaming = new Signal<this, void>(this);
  private rows: readonly Row[] = [];
  private current: string | null = null;
  private holdings: IHoldings | null = null;
  private asked = false;
}

/** The name that a row gives an editor. */
export function nameOf(row: Row): string | null {
  switch (row.kind) {
    case 'table':
      return tableName(row.schema, row.table);
    case 'column':
      return identifier(row.column.name);
    default:
      return null;
  }
}

/** Everybody has a MyDB, also before the first table is in it. */
function withMyDb(schemas: readonly ISchemaEntry[]): readonly ISchemaEntry[] {
  const own = schemas.find(({ name }) => name === MYDB) ?? { name: MYDB, description: '', tables: [] };
  return [...schemas.filter(({ name }) => name !== MYDB), own];
}

function keyAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest('.ah-Tree-row')?.getAttribute('data-key') ?? null) : null;
}
