// The row limit in the toolbar: how many rows a run may bring.
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { element } from '../dom.js';
import { grouped } from './figures.js';
import { LIMITS, type QueryModel } from './model.js';

/** The choice of a row limit. */
export class LimitChoice extends Widget {
  constructor(
    private readonly model: QueryModel,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('ah-Limit');
    const options = LIMITS.map(limit => element('option', { value: String(limit) }, grouped(limit)));
    this.choice.append(...options);
    this.choice.addEventListener('change', () => {
      model.limit = Number(this.choice.value);
    });
    this.choice.title = trans.__('The most rows that a run brings');
    this.node.append(element('label', {}, element('span', {}, trans.__('Row limit')), this.choice));
    model.changed.connect(this.onChanged, this);
    this.onChanged();
  }

  private onChanged(): void {
    this.choice.value = String(this.model.limit);
  }

  private readonly choice = element('select', { class: 'ah-Limit-choice' });
}
