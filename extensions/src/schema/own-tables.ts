// What is done with a table of one's own: renamed, copied, indexed, deleted, brought back. Each ends in a toast.
import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { isTableName } from '../archive/mydb.js';
import { grouped } from '../query/figures.js';
import { failed } from '../side/toasts.js';
import type { IArchiveAccess } from '../tokens.js';

/** What the actions work with. */
export interface IOwnContext {
  readonly access: IArchiveAccess;
  readonly trans: TranslationBundle;
  /** Select a table of MyDB in the tree. */
  readonly reveal: (table: string) => void;
}

const UNDO_MS = 15_000;

/** Ask for another name and give it to the table. */
export async function renameTable(name: string, context: IOwnContext): Promise<void> {
  const { access, trans } = context;
  const to = await askName(trans.__('Rename mydb.%1', name), trans.__('Rename'), name, trans);
  if (to === null || to === name) {
    return;
  }
  await done(context, async () => {
    await access.mydb.rename(name, to);
    sayUndoable(trans.__('mydb.%1 is now mydb.%2.', name, to), () => access.mydb.rename(to, name), context, name);
    return to;
  });
}

/** Ask for a name and make a copy of that name. */
export async function copyTable(name: string, context: IOwnContext): Promise<void> {
  const { access, trans } = context;
  const to = await askName(trans.__('Copy mydb.%1 to', name), trans.__('Copy'), `${name}_copy`.slice(0, 64), trans);
  if (to === null) {
    return;
  }
  await done(context, async () => {
    await access.mydb.copy(name, to);
    Notification.success(trans.__('mydb.%1 is a copy of mydb.%2.', to, name), { autoClose: 5000 });
    return to;
  });
}

/** Let cones and crossmatches find the rows of a table fast. */
export async function indexTable(name: string, context: IOwnContext): Promise<void> {
  const { access, trans } = context;
  const said = Notification.emit(trans.__('mydb.%1 is being indexed.', name), 'in-progress', { autoClose: false });
  await done(context, async () => {
    try {
      await access.mydb.indexByPosition(name);
      Notification.success(trans.__('mydb.%1 is indexed by position.', name), { autoClose: 5000 });
    } finally {
      Notification.dismiss(said);
    }
    return name;
  });
}

/** Ask, then delete a table; the toast brings it back. */
export async function dropTable(name: string, context: IOwnContext): Promise<void> {
  const { access, trans } = context;
  const { button } = await showDialog({
    title: trans.__('Delete mydb.%1?', name),
    body: trans.__('Queries and notebooks that use the table fail then. It can be restored for a day.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  if (!button.accept) {
    return;
  }
  await done(context, async () => {
    await access.mydb.drop(name);
    sayUndoable(trans.__('mydb.%1 is deleted.', name), () => access.mydb.restore(name), context, name);
    return null;
  });
}

/** Show what was deleted within a day, and bring back what is chosen. */
export async function restoreTable(context: IOwnContext): Promise<void> {
  const { access, trans } = context;
  await done(context, async () => {
    const { dropped } = await access.mydb.list();
    if (dropped.length === 0) {
      Notification.info(trans.__('No table was deleted within a day.'), { autoClose: 5000 });
      return null;
    }
    const labels = dropped.map(({ name, rows, dropped: when }) =>
      trans.__('%1: %2 rows, deleted %3', name, grouped(rows), new Date(when).toLocaleString())
    );
    const { value, button } = await InputDialog.getItem({
      title: trans.__('Restore a deleted table'),
      items: labels,
      okLabel: trans.__('Restore')
    });
    const chosen = button.accept && value !== null ? dropped[labels.indexOf(value)] : undefined;
    if (!chosen) {
      return null;
    }
    await access.mydb.restore(chosen.name, chosen.id);
    return chosen.name;
  });
}

async function askName(
  title: string,
  okLabel: string,
  text: string,
  trans: TranslationBundle
): Promise<string | null> {
  const { value, button } = await InputDialog.getText({
    title,
    text,
    okLabel,
    label: trans.__('A letter, then letters, digits and _, at most 64'),
    pattern: '[A-Za-z][A-Za-z0-9_]{0,63}',
    required: true,
    selectionRange: text.length
  });
  const name = (value ?? '').trim();
  return button.accept && isTableName(name) ? name : null;
}

/** Act, say why it failed if it did, read what there is by now, and select the table that is named then. */
async function done({ access, reveal }: IOwnContext, act: () => Promise<string | null>): Promise<void> {
  let shown: string | null = null;
  try {
    shown = await act();
  } catch (error) {
    failed(error);
  }
  await access.catalog.refresh();
  if (shown !== null) {
    reveal(shown);
  }
}

function sayUndoable(text: string, undo: () => Promise<void>, context: IOwnContext, name: string): void {
  const callback = (): void => {
    void done(context, async () => {
      await undo();
      return name;
    });
  };
  Notification.success(text, { autoClose: UNDO_MS, actions: [{ label: context.trans.__('Undo'), callback }] });
}
