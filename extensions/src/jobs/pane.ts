// The Jobs pane: a search box and a choice of phases, the list, and what is known of the selected job.
import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IJob, Phase } from '../archive/jobs.js';
import { actOnKey, button, element, skeleton } from '../dom.js';
import { jobsIcon } from '../icons.js';
import { alertLine } from '../query/alert.js';
import { iconButton, LIST_LINES, SidePane } from '../side/pane.js';
import { drawDetail, type Wish } from './detail.js';
import type { JobsModel } from './model.js';
import { drawJob, freshen } from './row.js';
import { phaseWord, rowsText, titleOf } from './words.js';

const TYPING_MS = 250;
const TICK_MS = 1_000;
const LEAP = 10;

/** What the choice offers: none of the phases means all of them. */
const CHOICES: readonly (readonly Phase[])[] = [
  [],
  ['QUEUED', 'PENDING'],
  ['EXECUTING'],
  ['COMPLETED'],
  ['ERROR'],
  ['ABORTED']
];

/** The Jobs pane. */
export class JobsPane extends SidePane {
  constructor(
    private readonly model: JobsModel,
    private readonly trans: TranslationBundle
  ) {
    super('astrohub-jobs', jobsIcon, trans.__('Jobs'));
    this.addClass('ah-Jobs');
    this.search.placeholder = trans.__('Search names and queries');
    this.search.setAttribute('aria-label', this.search.placeholder);
    this.phases.setAttribute('aria-label', trans.__('Phase'));
    this.list.setAttribute('aria-label', trans.__('Jobs'));
    this.detail.setAttribute('aria-label', trans.__('The selected job'));
    const options = CHOICES.map(([phase], place) =>
      element('option', { value: String(place) }, phase ? phaseWord(phase, trans) : trans.__('All phases'))
    );
    this.phases.append(...options);
    this.head.append(iconButton(refreshIcon, trans.__('Refresh'), () => model.refresh()));
    this.above(element('div', { class: 'ah-Side-search ah-Jobs-search' }, this.search, this.phases));
    this.more = button('ah-Button ah-Files-more', trans.__('Show older jobs'), () => model.more());
    this.body.append(this.notice, this.list, this.more);
    this.node.append(this.detail, this.status);
    this.listen();
    model.changed.connect(this.draw, this);
    model.ended.connect(this.sayEnd, this);
    this.draw();
  }

  /** Somebody wants something done with the selected job. */
  get wished(): ISignal<this, Wish> {
    return this._wished;
  }

  /** The job that is selected. */
  get selected(): IJob | null {
    return this.model.jobs?.find(({ id }) => id === this.current) ?? null;
  }

  /** Show a job and select it, whatever was looked for before. */
  reveal(id: string): void {
    this.search.value = '';
    this.phases.value = '0';
    this.current = id;
    this.isAwaited = true;
    this.find();
  }

  /** Say something to a reader of the screen, and to others in the last line. */
  say(sentence: string): void {
    this.status.textContent = sentence;
  }

  override dispose(): void {
    window.clearInterval(this.ticking);
    document.removeEventListener('visibilitychange', this.look);
    this.typing.dispose();
    super.dispose();
  }

  protected override onAfterShow(_: Message): void {
    this.look();
  }

  protected override onAfterHide(_: Message): void {
    this.look();
  }

  protected override onAfterAttach(_: Message): void {
    this.look();
  }

  protected override onActivateRequest(_: Message): void {
    this.search.focus();
  }

  private listen(): void {
    document.addEventListener('visibilitychange', this.look);
    this.search.addEventListener('input', () => void this.typing.invoke());
    this.search.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown') {
        this.move(0);
        event.preventDefault();
      }
    });
    this.phases.addEventListener('change', () => this.find());
    this.list.addEventListener('click', event => {
      this.select(idAt(event.target));
      this.nodeOf(this.current)?.focus();
    });
    this.list.addEventListener('dblclick', () => this.choose());
    this.list.addEventListener('contextmenu', event => this.select(idAt(event.target)), { capture: true });
    this.list.addEventListener('focusin', event => this.select(idAt(event.target)));
    this.list.addEventListener('keydown', event => this.onKey(event));
    this.detail.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        this.nodeOf(this.current)?.focus();
      }
    });
  }

  /** Watch the jobs only while somebody can see them. */
  private readonly look = (): void => {
    const isSeen = this.isVisible && !document.hidden;
    this.model.watch(isSeen);
    window.clearInterval(this.ticking);
    if (isSeen) {
      this.ticking = window.setInterval(() => this.tick(), TICK_MS);
    }
  };

  private find(): void {
    this.model.select({ text: this.search.value.trim(), phases: CHOICES[Number(this.phases.value)] ?? [] });
  }

  private draw(): void {
    const { jobs, problem, isBusy, hasMore } = this.model;
    this.body.setAttribute('aria-busy', String((jobs === null && problem === null) || isBusy));
    this.notice.replaceChildren(...this.noticesOf(jobs, problem?.sentence ?? null));
    const focused = this.list.contains(document.activeElement) ? this.current : null;
    const place = [...this.drawn.keys()].indexOf(focused ?? '');
    this.drawRows(jobs ?? []);
    this.more.hidden = !hasMore;
    if (this.selected === null && !this.isAwaited) {
      // The one that took its place, or the newest: what is below the list does not come and go.
      this.current = jobs?.[Math.min(Math.max(place, 0), jobs.length - 1)]?.id ?? null;
    }
    this.isAwaited &&= this.selected === null;
    this.mark();
    if (focused !== null && !this.list.contains(document.activeElement)) {
      this.nodeOf(this.current)?.focus();
    }
  }

  private noticesOf(jobs: readonly IJob[] | null, problem: string | null): HTMLElement[] {
    const { trans, model } = this;
    if (problem !== null) {
      return [alertLine(problem, [{ label: trans.__('Try again'), apply: () => model.refresh() }])];
    }
    if (jobs === null) {
      return [skeleton(LIST_LINES)];
    }
    if (jobs.length > 0) {
      return [];
    }
    const isFiltered = model.filter.text !== '' || model.filter.phases.length > 0;
    const text = isFiltered
      ? trans.__('No job fits. Choose all phases and clear the search to see every job.')
      : trans.__(
          'No jobs yet. A query that runs long goes on as a job while you do something else: press the button beside Run above a query, or submit it from TOPCAT or pyvo. Jobs from everywhere are listed here.'
        );
    return [element('p', { class: 'ah-Side-empty' }, text)];
  }

  /** Draw what has changed; rows that have not stay as they are. */
  private drawRows(jobs: readonly IJob[]): void {
    const before = this.drawn;
    this.drawn = new Map();
    for (const job of jobs) {
      const sign = `${JSON.stringify(job)}${String(this.model.isStopping(job.id))}`;
      const known = before.get(job.id);
      const isSame = known?.sign === sign;
      const node = isSame ? known.node : drawJob(job, this.model.isStopping(job.id), this.trans);
      this.drawn.set(job.id, { sign, node });
    }
    arrange(this.list, [...this.drawn.values()].map(({ node }) => node));
  }

  private mark(): void {
    for (const [id, { node }] of this.drawn) {
      const isCurrent = id === this.current;
      node.setAttribute('aria-selected', String(isCurrent));
      node.setAttribute('tabindex', isCurrent ? '0' : '-1');
    }
    const job = this.selected;
    if (job === null) {
      this.list.firstElementChild?.setAttribute('tabindex', '0');
    }
    this.drawDetail(job);
  }

  private drawDetail(job: IJob | null): void {
    const { model } = this;
    const sign = job && `${JSON.stringify(job)}${String(model.isStopping(job.id))}${String(model.canKeep(job))}`;
    if (sign === this.detailSign) {
      return;
    }
    this.detailSign = sign;
    const held = document.activeElement;
    const wish = held instanceof HTMLElement && this.detail.contains(held) ? held.dataset['wish'] : undefined;
    const parts = job ? drawDetail(job, model, this.trans, done => this._wished.emit(done)) : [];
    this.detail.replaceChildren(...parts);
    if (wish !== undefined) {
      const again = this.detail.querySelector<HTMLElement>(`[data-wish=${wish}]:not(:disabled)`);
      (again ?? this.nodeOf(this.current))?.focus();
    }
  }

  private select(id: string | null): void {
    if (id !== null && id !== this.current) {
      this.current = id;
      this.mark();
    }
  }

  private choose(): void {
    const job = this.selected;
    if (job) {
      this._wished.emit(job.result ? 'open' : 'query');
    }
  }

  private onKey(event: KeyboardEvent): void {
    const at = [...this.drawn.keys()].indexOf(this.current ?? '');
    actOnKey(event, {
      ArrowDown: () => this.move(at + 1),
      ArrowUp: () => this.move(Math.max(at - 1, 0)),
      PageDown: () => this.move(Math.min(at + LEAP, this.drawn.size - 1)),
      PageUp: () => this.move(Math.max(at - LEAP, 0)),
      Home: () => this.move(0),
      End: () => this.move(this.drawn.size - 1),
      Enter: () => this.choose(),
      Delete: () => this._wished.emit('delete'),
      Escape: () => this.search.focus()
    });
  }

  private move(to: number): void {
    const id = [...this.drawn.keys()][to] ?? null;
    if (id !== null) {
      this.select(id);
      const node = this.nodeOf(id);
      node?.focus();
      node?.scrollIntoView({ block: 'nearest' });
    }
  }

  private nodeOf(id: string | null): HTMLElement | null {
    return this.drawn.get(id ?? '')?.node ?? null;
  }

  private tick(): void {
    for (const job of this.model.jobs ?? []) {
      const node = this.nodeOf(job.id);
      if (node) {
        freshen(node, job, this.model.isStopping(job.id), this.trans);
      }
    }
  }

  private sayEnd(_: JobsModel, job: IJob): void {
    const parts = [phaseWord(job.phase, this.trans), rowsText(job, this.trans)].filter(text => text !== '');
    this.say(`${parts.join(', ')}: ${titleOf(job, this.trans)}`);
  }

  private readonly search = element('input', { type: 'search', class: 'ah-Field', spellcheck: 'false' });
  private readonly phases = element('select', { class: 'ah-Field' });
  private readonly notice = element('div', { class: 'ah-Jobs-notice' });
  private readonly list = element('div', { class: 'ah-Jobs-list', role: 'listbox' });
  private readonly more: HTMLButtonElement;
  private readonly detail = element('section', { class: 'ah-Detail ah-Job-detail' });
  private readonly status = element('div', { class: 'ah-Side-quota ah-Jobs-status', role: 'status' });
  private readonly typing = new Debouncer(() => this.find(), TYPING_MS);
  private readonly _wished = new Signal<this, Wish>(this);
  private drawn = new Map<string, { readonly sign: string; readonly node: HTMLElement }>();
  private detailSign: string | null = null;
  private current: string | null = null;
  /** Whether the job that is to be selected is not in the list yet. */
  private isAwaited = false;
  private ticking = 0;
}

/** Put nodes into a list in their order; those that stay are not touched, so that a click on one is not lost. */
function arrange(list: HTMLElement, nodes: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(nodes);
  for (const node of [...list.children]) {
    if (!wanted.has(node)) {
      node.remove();
    }
  }
  for (const [at, node] of nodes.entries()) {
    if (list.children[at] !== node) {
      list.insertBefore(node, list.children[at] ?? null);
    }
  }
}

function idAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest('.ah-Job')?.getAttribute('data-id') ?? null) : null;
}
