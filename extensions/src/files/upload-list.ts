// The uploads as they are drawn below the entries: how far each is, how many wait, and how to stop them.
import type { TranslationBundle } from '@jupyterlab/translation';

import { button, element } from '../dom.js';
import { grouped, sizeText } from '../query/figures.js';
import type { IUploading, Uploads } from './uploads.js';

/** The list of uploads; each keeps its nodes while it lasts, so that its button can be pressed. */
export class UploadList {
  constructor(
    private readonly uploads: Uploads,
    private readonly trans: TranslationBundle
  ) {
    this.stopAll = button('ah-Link', trans.__('Cancel all'), () => uploads.stopAll());
    this.rest = element('div', { class: 'ah-Upload ah-mod-rest' }, this.count, this.stopAll);
    this.node.setAttribute('aria-label', trans.__('Uploads'));
    uploads.changed.connect(this.draw, this);
  }

  readonly node = element('div', { class: 'ah-Uploads', role: 'group' });

  private draw(): void {
    const { running, waiting } = this.uploads;
    const controls = new Set(running.map(({ control }) => control));
    for (const [control, { node }] of this.rows) {
      if (!controls.has(control)) {
        node.remove();
        this.rows.delete(control);
      }
    }
    for (const upload of running) {
      this.rowOf(upload).tell(upload);
    }
    this.count.textContent = this.trans.__('%1 more wait', grouped(waiting));
    if (waiting > 0) {
      this.node.append(this.rest);
    } else {
      this.rest.remove();
    }
  }

  private rowOf(upload: IUploading): UploadRow {
    const known = this.rows.get(upload.control);
    if (known) {
      return known;
    }
    const made = new UploadRow(upload, this.trans);
    this.rows.set(upload.control, made);
    this.node.append(made.node);
    return made;
  }

  private readonly rows = new Map<AbortController, UploadRow>();
  private readonly count = element('span');
  private readonly stopAll: HTMLButtonElement;
  private readonly rest: HTMLElement;
}

/** One upload. */
class UploadRow {
  constructor(
    { name, size, control }: IUploading,
    private readonly trans: TranslationBundle
  ) {
    this.bar = element('progress', { max: String(Math.max(size, 1)), 'aria-label': name });
    const cancel = button('ah-Link', trans.__('Cancel'), () => control.abort());
    cancel.setAttribute('aria-label', trans.__('Cancel %1', name));
    const label = element('span', { class: 'ah-Upload-name', title: name }, name);
    this.node = element('div', { class: 'ah-Upload' }, label, this.bar, this.figures, cancel);
  }

  readonly node: HTMLElement;

  /** Show how far it is. */
  tell({ size, sent }: IUploading): void {
    this.bar.value = sent;
    this.figures.textContent = this.trans.__('%1 of %2', sizeText(sent), sizeText(size));
  }

  private readonly bar: HTMLProgressElement;
  private readonly figures = element('span');
}
