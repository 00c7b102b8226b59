// The forms of a result: into MyDB, into the VOSpace, onto the desktop.
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { MYDB } from '../archive/catalog.js';
import { isTableName } from '../archive/mydb.js';
import { type Format, FORMATS, type IQuestion } from '../archive/queries.js';
import { grouped, sizeText } from '../query/figures.js';
import type { IArchiveAccess } from '../tokens.js';
import { choice, type IForm, labelled, textField, tick } from './form.js';

/** What the forms work with. */
export interface IFormContext {
  readonly access: IArchiveAccess;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** What is to be saved: the query, and a name to begin with. */
export interface ISubject extends IQuestion {
  readonly stem: string;
  /** Told under which name of MyDB all rows are. */
  readonly onSaved: (name: string) => void;
}

/** Into MyDB: a name, and whether a table of that name goes. */
export function myDbForm(subject: ISubject, { access, commands, trans }: IFormContext): IForm {
  const taken = takenNames(access);
  const field = textField(freeName(subject.stem, taken));
  const replace = tick(trans.__('Replace the table that is there'));
  return {
    title: trans.__('Save to MyDB'),
    note: trans.__('Runs the query again and keeps all of its rows, whatever the row limit.'),
    action: trans.__('Save'),
    fields: [labelled('mydb.', field), replace.node],
    check: () => {
      const name = field.value.trim();
      const there = taken.has(name.toLowerCase());
      replace.node.hidden = !there;
      if (!isTableName(name)) {
        return trans.__('A name begins with a letter and goes on with letters, digits and _, at most 64.');
      }
      return there && !replace.box.checked ? trans.__('mydb.%1 is there already.', name) : null;
    },
    foresee: async signal => (await access.estimates.of(subject.query, signal)).warning,
    submit: async signal => {
      const name = field.value.trim();
      const made = await access.mydb.create(name, subject.query, replace.box.checked, signal);
      subject.onSaved(made.name);
      sayTable(made.name, made.rows, commands, trans);
      await access.catalog.refresh();
    },
    onRefused: ({ problem }) => {
      replace.node.hidden = replace.node.hidden && problem.slug !== 'conflict';
    }
  };
}

/** Into the VOSpace: a path and a format. */
export function vospaceForm(subject: ISubject, home: string, context: IFormContext): IForm {
  const { access, commands, trans } = context;
  const field = textField(`${home}/${subject.stem}.vot`);
  const format = formatChoice(trans);
  const replace = tick(trans.__('Replace the file that is there'));
  format.addEventListener('input', () => {
    field.value = field.value.replace(/\.(parquet|vot|fits|csv|ecsv)$/, '') + suffix(format.value as Format);
  });
  return {
    title: trans.__('Save to VOSpace'),
    note: subject.job
      ? trans.__('Writes all rows of the job’s result; the query is not run again.')
      : trans.__('Runs the query again and writes all of its rows, whatever the row limit.'),
    action: trans.__('Save'),
    fields: [labelled(trans.__('Path'), field), labelled(trans.__('Format'), format), replace.node],
    check: () =>
      /^\/?[^/]+\/.*[^/]$/.test(field.value.trim())
        ? null
        : trans.__('A path names a folder and a file: %1', `${home}/result.vot`),
    submit: async signal => {
      const path = field.value.trim().replace(/^\/+/, '');
      const file = { path, format: format.value as Format, replace: replace.box.checked };
      await access.queries.save(subject, file, signal);
      sayFile(path, commands, trans);
    },
    onRefused: ({ problem }) => {
      replace.node.hidden = replace.node.hidden && problem.slug !== 'conflict';
    }
  };
}

/** Onto the desktop: a format. */
export function downloadForm(subject: ISubject, { access, trans }: IFormContext): IForm {
  const format = formatChoice(trans);
  return {
    title: trans.__('Download'),
    note: trans.__('Brings as many rows as the row limit allows: %1.', grouped(subject.limit)),
    action: trans.__('Download'),
    fields: [labelled(trans.__('Format'), format)],
    check: () => null,
    submit: async signal => {
      const kind = format.value as Format;
      const file = await access.queries.file(subject, kind, signal);
      handOver(file, subject.stem + suffix(kind));
      Notification.success(trans.__('%1: %2', subject.stem + suffix(kind), sizeText(file.size)), { autoClose: 5000 });
    }
  };
}

function formatChoice(trans: TranslationBundle): HTMLSelectElement {
  const labels: Record<Format, string> = {
    parquet: trans.__('Parquet'),
    votable: trans.__('VOTable'),
    fits: trans.__('FITS'),
    csv: trans.__('CSV'),
    ecsv: trans.__('ECSV')
  };
  return choice(FORMATS.map(format => [format, labels[format]]));
}

function suffix(format: Format): string {
  return format === 'votable' ? '.vot' : `.${format}`;
}

function takenNames({ catalog }: IArchiveAccess): ReadonlySet<string> {
  const own = catalog.schemas?.find(({ name }) => name === MYDB);
  return new Set(own?.tables.map(({ name }) => name.toLowerCase()));
}

function freeName(stem: string, taken: ReadonlySet<string>): string {
  let name = stem;
  for (let number = 2; taken.has(name); number++) {
    name = `${stem}_${number}`;
  }
  return name;
}

function sayTable(name: string, rows: number, commands: CommandRegistry, trans: TranslationBundle): void {
  const command = 'astrohub:show-schemas';
  const show = { label: trans.__('Show it'), callback: () => void commands.execute(command, { schema: MYDB, table: name }) };
  const query = {
    label: trans.__('Query it'),
    callback: () => void commands.execute('astrohub:open-query', { text: `SELECT TOP 100 *\nFROM mydb.${name}\n` })
  };
  const actions = commands.hasCommand(command) ? [show, query] : [query];
  Notification.success(trans.__('mydb.%1 holds %2 rows.', name, grouped(rows)), { autoClose: 15_000, actions });
}

function sayFile(path: string, commands: CommandRegistry, trans: TranslationBundle): void {
  const command = 'astrohub:show-files';
  const show = { label: trans.__('Show it'), callback: () => void commands.execute(command, { path }) };
  const actions = commands.hasCommand(command) ? [show] : [];
  Notification.success(trans.__('%1 is written.', path), { autoClose: 15_000, actions });
}

/** Give the browser a file to keep. */
function handOver(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
