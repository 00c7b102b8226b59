// Building of elements: a tag with a class, attributes and children in one expression.

/** Attributes by name; `null` leaves one out. */
export type Attributes = Readonly<Record<string, string | null>>;

/** Make an element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children);
  return node;
}

/** Make the skeleton of something that is to come: so many lines of it. */
export function skeleton(lines: number): HTMLElement {
  const rows = Array.from({ length: lines }, () => element('div', { class: 'ah-Skeleton-row' }));
  return element('div', { class: 'ah-Skeleton', 'aria-hidden': 'true' }, ...rows);
}

/** Make a button that does something. */
export function button(className: string, label: string, onClick: () => void): HTMLButtonElement {
  const node = element('button', { type: 'button', class: className }, label);
  node.addEventListener('click', onClick);
  return node;
}

/** Do what a key stands for; with another key held down it stands for something else. */
export function actOnKey(event: KeyboardEvent, acts: Readonly<Record<string, () => void>>): void {
  const act = acts[event.key];
  if (act && !event.ctrlKey && !event.metaKey && !event.altKey) {
    act();
    event.preventDefault();
    event.stopPropagation();
  }
}
