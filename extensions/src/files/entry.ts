// One entry of a folder as it is drawn, and what its name says of it.
import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileIcon, folderIcon } from '@jupyterlab/ui-components';

import type { IEntry } from '../archive/files.js';
import { element } from '../dom.js';
import { sizeText } from '../query/figures.js';

const IMAGES = /\.(png|jpe?g|gif|webp|svg)$/i;
const TEXTS = /\.(txt|md|csv|tsv|json|ya?ml|xml|vot|votable|adql|sql|py|log|dat|ecsv|properties|ini|toml|html?)$/i;

/** How an entry can be looked at; null when it can only be downloaded. */
export function viewOf(name: string): 'image' | 'text' | null {
  return IMAGES.test(name) ? 'image' : TEXTS.test(name) ? 'text' : null;
}

/** Draw an entry. */
export function drawEntry(entry: IEntry, trans: TranslationBundle): HTMLElement {
  const folder = entry.kind === 'folder';
  const kind = folder ? trans.__('folder') : entry.kind === 'link' ? trans.__('link') : trans.__('file');
  const size = folder || entry.size === null ? '' : sizeText(entry.size);
  const icon = element('span', { class: 'ah-Entry-icon' });
  icon.append((folder ? folderIcon : fileIcon).element({ tag: 'span', stylesheet: 'menuItem' }));
  const date = entry.modified ? new Date(entry.modified) : null;
  return element(
    'div',
    {
      class: `ah-Entry ah-mod-${entry.kind}`,
      role: 'option',
      tabindex: '-1',
      draggable: 'true',
      'data-name': entry.name,
      'data-writable': entry.writable ? 'true' : null,
      'aria-label': [entry.name, kind, size].filter(text => text !== '').join(', '),
      title: tipOf(entry, size, date)
    },
    icon,
    element('span', { class: 'ah-Entry-name' }, entry.name),
    element('span', { class: 'ah-Entry-size' }, size),
    element('span', { class: 'ah-Entry-time' }, date ? Time.formatHuman(date) : '')
  );
}

function tipOf(entry: IEntry, size: string, date: Date | null): string {
  const time = date ? `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC` : '';
  return [entry.name, size, time].filter(text => text !== '').join('\n');
}
