// The line that says why there is no result, or not a whole one, with what can be done about it.
import { button, element } from '../dom.js';

/** Something that can be done about it. */
export interface IRemedy {
  readonly label: string;
  readonly apply: () => void;
}

/** Make the line; a screen reader reads it at once. */
export function alertLine(sentence: string, remedies: readonly IRemedy[]): HTMLElement {
  const line = element('div', { class: 'ah-Alert', role: 'alert' }, element('span', {}, sentence));
  for (const { label, apply } of remedies) {
    line.append(button('ah-Link', label, apply));
  }
  return line;
}
