// The Notebooks pane: the collection by its folders, and a button that opens a copy.
import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

import type { INotebookEntry, Notebooks } from '../archive/notebooks.js';
import { button, element } from '../dom.js';
import { notebooksIcon } from '../icons.js';
import { iconButton, SidePane } from '../side/pane.js';

/** The Notebooks pane. */
export class NotebooksPane extends SidePane {
  constructor(
    private readonly notebooks: Notebooks,
    private readonly open: (entry: INotebookEntry) => Promise<void>,
    private readonly trans: TranslationBundle
  ) {
    super('astrohub-notebooks', notebooksIcon, trans.__('Notebooks'));
    this.addClass('ah-Notebooks');
    this.head.append(iconButton(refreshIcon, trans.__('Refresh'), () => void this.refresh()));
  }

  /** Read the collection again. */
  async refresh(): Promise<void> {
    this.showWaiting();
    try {
      this.draw(await this.notebooks.list());
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      this.showProblem(sentence, this.trans.__('Try again'), () => void this.refresh());
    }
  }

  protected override onBeforeShow(_: Message): void {
    if (!this.asked) {
      this.asked = true;
      void this.refresh();
    }
  }

  protected override onActivateRequest(_: Message): void {
    this.focusHead();
    this.body.querySelector('button')?.focus();
  }

  private draw(entries: readonly INotebookEntry[]): void {
    if (entries.length === 0) {
      const text = this.trans.__('This site has no notebook collection. Your own notebooks are in the file browser.');
      this.show_(element('p', { class: 'ah-Side-empty' }, text));
      return;
    }
    const sections = new Map<string, INotebookEntry[]>();
    for (const entry of entries) {
      sections.set(entry.section, [...(sections.get(entry.section) ?? []), entry]);
    }
    this.show_(...[...sections].map(([name, of]) => this.section(name, of)));
  }

  private section(name: string, entries: readonly INotebookEntry[]): HTMLElement {
    const head = name === '' ? [] : [element('h3', { class: 'ah-Notebooks-section' }, name)];
    const list = element('ul', { class: 'ah-Notebooks-list' }, ...entries.map(entry => this.item(entry)));
    return element('section', {}, ...head, list);
  }

  private item(entry: INotebookEntry): HTMLElement {
    const { trans } = this;
    const copy = button('ah-Button', trans.__('Open a copy'), () => {
      copy.disabled = true;
      void this.open(entry).finally(() => {
        copy.disabled = false;
      });
    });
    copy.setAttribute('aria-label', trans.__('Open a copy of %1', entry.title));
    const item = element('li', { class: 'ah-Notebook', title: entry.path });
    item.append(element('div', { class: 'ah-Notebook-title' }, entry.title));
    if (entry.description) {
      item.append(element('p', { class: 'ah-Notebook-text' }, entry.description));
    }
    const words = element('span', { class: 'ah-Notebook-words' }, entry.keywords.join(' · '));
    item.append(element('div', { class: 'ah-Notebook-foot' }, words, copy));
    return item;
  }

  private asked = false;
}
