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

/** Make a button that does something. */
export function button(className: string, label: string, onClick: () => void): HTMLButtonElement {
  const node = element('button', { type: 'button', class: className }, label);
  node.addEventListener('click', onClick);
  return node;
}
