// What stands in the lower half of the tab when there are no rows: examples, why a result is empty.
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { button, element } from '../dom.js';
import { type IExample, examples } from './examples.js';

/** An empty tab: three examples that work, and how to run one. */
export function welcome(trans: TranslationBundle, take: (example: IExample) => void): HTMLElement {
  const keys = CommandRegistry.formatKeystroke('Accel Enter');
  const items = examples(trans).map(example => {
    const card = button('ah-Welcome-example', '', () => {
      take(example);
    });
    card.append(
      element('span', { class: 'ah-Welcome-title' }, example.title),
      element('code', { class: 'ah-Welcome-text' }, example.text)
    );
    return element('li', {}, card);
  });
  return element(
    'div',
    { class: 'ah-Notice ah-Welcome' },
    element('p', {}, trans.__('Write a query above and press %1 to run it, or begin with an example:', keys)),
    element('ul', {}, ...items)
  );
}

/** A query that found nothing: why that can be. */
export function nothing(trans: TranslationBundle): HTMLElement {
  const reasons = [
    trans.__('a region can lie where the table holds no data;'),
    trans.__('a comparison with a value that is not there (NULL) is never true;'),
    trans.__('text is compared letter by letter, capitals included.')
  ];
  return element(
    'div',
    { class: 'ah-Notice' },
    element('p', { class: 'ah-Notice-title' }, trans.__('0 rows')),
    element('p', {}, trans.__('The query is understood, but no row meets all of its conditions:')),
    element('ul', {}, ...reasons.map(reason => element('li', {}, reason)))
  );
}
