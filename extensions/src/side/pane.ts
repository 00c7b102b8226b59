// A pane of the side bar: a head with a title and buttons, a body, and what stands in it when there is nothing to list.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import { button, element, skeleton } from '../dom.js';
import { paletteGone } from '../palette.js';
import { alertLine } from '../query/alert.js';

/** How many lines stand for a list that is to come. */
export const LIST_LINES = 8;

/** A button that is an icon. */
export function iconButton(icon: LabIcon, label: string, onClick: () => void): HTMLButtonElement {
  const made = button('ah-IconButton', '', onClick);
  made.title = label;
  made.setAttribute('aria-label', label);
  made.append(icon.element({ tag: 'span', stylesheet: 'menuItem' }));
  return made;
}

/** Bring a pane to the front, with the keyboard in it: once more when the palette has handed it back to the tab. */
export async function bringForward(shell: JupyterFrontEnd.IShell, { id }: SidePane): Promise<void> {
  const handedBack = paletteGone();
  shell.activateById(id);
  if (await handedBack) {
    shell.activateById(id);
  }
}

/** The ground of the panes. */
export class SidePane extends Widget {
  constructor(id: string, icon: LabIcon, title: string) {
    super();
    this.id = id;
    this.addClass('ah-Side');
    this.title.icon = icon;
    this.title.caption = title;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', title);
    this.head = element('div', { class: 'ah-Side-head' }, element('h2', { class: 'ah-Side-title' }, title));
    this.body = element('div', { class: 'ah-Side-body' });
    this.node.append(this.head, this.body);
  }

  /** Let the keyboard begin at the head: what is listed may not be there yet. */
  protected focusHead(): void {
    this.head.querySelector<HTMLElement>('button:not(:disabled)')?.focus();
  }

  /** Put something between head and body. */
  protected above(node: HTMLElement): void {
    this.node.insertBefore(node, this.body);
  }

  /** Show that something comes. */
  protected showWaiting(): void {
    this.body.setAttribute('aria-busy', 'true');
    this.body.replaceChildren(skeleton(LIST_LINES));
  }

  /** Show why there is nothing, with a way out. */
  protected showProblem(sentence: string, label: string, apply: () => void): void {
    this.body.setAttribute('aria-busy', 'false');
    this.body.replaceChildren(alertLine(sentence, [{ label, apply }]));
  }

  /** Show what there is. */
  protected show_(...nodes: (Node | string)[]): void {
    this.body.setAttribute('aria-busy', 'false');
    this.body.replaceChildren(...nodes);
  }

  protected readonly head: HTMLElement;
  protected readonly body: HTMLElement;
}
