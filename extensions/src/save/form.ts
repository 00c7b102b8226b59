// A form above the query: a few fields, one button that does it, and a line that says why it was not done.
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { QueryProblem } from '../archive/problem.js';
import { button, element } from '../dom.js';
import { durationText } from '../query/figures.js';

const TICK_MS = 200;

/** What a form asks and does. */
export interface IForm {
  readonly title: string;
  readonly note: string;
  readonly action: string;
  readonly fields: readonly HTMLElement[];
  /** Why it cannot be done as the fields are; null when it can. */
  readonly check: () => string | null;
  /** Find out what may stand against it, to be said before it is done; an empty text when nothing does. */
  readonly foresee?: (signal: AbortSignal) => Promise<string>;
  readonly submit: (signal: AbortSignal) => Promise<void>;
  /** Told of a refusal, to offer another way. */
  readonly onRefused?: (problem: QueryProblem) => void;
}

/** The form; it goes away when it is done or cancelled, and hands the keyboard back to where it was. */
export class FormStrip extends Widget {
  constructor(
    private readonly form: IForm,
    private readonly trans: TranslationBundle,
    private readonly handBack: () => void
  ) {
    super();
    this.strip = element('form', { class: 'ah-Form', 'aria-label': form.title });
    this.node.append(this.strip);
    this.submitButton.textContent = form.action;
    const cancel = button('ah-Button', trans.__('Cancel'), () => this.cancel());
    this.strip.append(
      element('strong', { class: 'ah-Form-title' }, form.title),
      ...form.fields,
      element('span', { class: 'ah-Form-buttons' }, this.submitButton, cancel),
      element('span', { class: 'ah-Form-note' }, form.note),
      this.warning,
      this.line
    );
    this.strip.addEventListener('submit', event => {
      event.preventDefault();
      void this.submit();
    });
    this.strip.addEventListener('input', () => this.look());
    this.strip.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        this.cancel();
      }
    });
    this.look();
  }

  override dispose(): void {
    window.clearInterval(this.ticking);
    this.foreseeing.abort();
    this.height.disconnect();
    const isHeld = this.node.contains(document.activeElement);
    super.dispose();
    if (isHeld) {
      this.handBack();
    }
  }

  protected override onAfterAttach(_: Message): void {
    this.height.observe(this.strip);
    const field = this.node.querySelector<HTMLInputElement | HTMLSelectElement>('input[type=text], select');
    field?.focus();
    if (field instanceof HTMLInputElement) {
      field.select();
    }
    void this.foresee();
  }

  /** Say what may stand against it; where that is not known, doing it will tell. */
  private async foresee(): Promise<void> {
    const warning = await this.form.foresee?.(this.foreseeing.signal).catch(() => '');
    this.warning.textContent = warning ?? '';
  }

  private look(): void {
    const fault = this.form.check();
    this.submitButton.disabled = fault !== null;
    this.say(fault ?? '');
  }

  private say(sentence: string): void {
    this.line.textContent = sentence;
  }

  private cancel(): void {
    this.control?.abort();
    this.dispose();
  }

  private async submit(): Promise<void> {
    if (this.control !== null || this.form.check() !== null) {
      return;
    }
    const control = new AbortController();
    this.control = control;
    this.wait();
    try {
      await this.form.submit(control.signal);
      this.dispose();
    } catch (error) {
      this.refuse(error);
    }
    this.control = null;
  }

  private wait(): void {
    const since = performance.now();
    this.submitButton.setAttribute('aria-disabled', 'true'); // one that is disabled would lose the keyboard
    this.ticking = window.setInterval(() => {
      this.say(this.trans.__('Working, %1', durationText((performance.now() - since) / 1000)));
    }, TICK_MS);
  }

  private refuse(error: unknown): void {
    window.clearInterval(this.ticking);
    if (this.isDisposed) {
      return;
    }
    this.submitButton.removeAttribute('aria-disabled');
    if (error instanceof QueryProblem) {
      this.form.onRefused?.(error);
    }
    this.say(error instanceof Error ? error.message : String(error));
  }

  private readonly submitButton = element('button', { type: 'submit', class: 'ah-Button ah-mod-accept' });
  private readonly line = element('div', { class: 'ah-Form-line', role: 'alert' });
  private readonly warning = element('div', { class: 'ah-Form-line ah-Form-warning', role: 'status' });
  private readonly foreseeing = new AbortController();
  private readonly strip: HTMLFormElement;
  /** Lumino gives a widget the height that it says it needs, so it is told whenever that changes. */
  private readonly height = new ResizeObserver(() => {
    this.node.style.minHeight = `${this.strip.offsetHeight}px`;
    this.parent?.fit();
  });
  private control: AbortController | null = null;
  private ticking = 0;
}

/** A field with its label. */
export function labelled(label: string, field: HTMLElement): HTMLElement {
  return element('label', { class: 'ah-Form-field' }, element('span', {}, label), field);
}

/** A field for one line of text. */
export function textField(value: string): HTMLInputElement {
  const field = element('input', { type: 'text', class: 'ah-Field', spellcheck: 'false', autocomplete: 'off' });
  field.value = value;
  return field;
}

/** A choice of several. */
export function choice(options: readonly (readonly [string, string])[]): HTMLSelectElement {
  const made = options.map(([value, label]) => element('option', { value }, label));
  return element('select', { class: 'ah-Field' }, ...made);
}

/** A box to tick. */
export function tick(label: string): { readonly node: HTMLElement; readonly box: HTMLInputElement } {
  const box = element('input', { type: 'checkbox' });
  return { box, node: element('label', { class: 'ah-Form-field', hidden: '' }, box, element('span', {}, label)) };
}
