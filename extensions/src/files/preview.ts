// A file of the VOSpace to be looked at, not to be changed: a text or a picture in a tab of its own.
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Files } from '../archive/files.js';
import { element } from '../dom.js';
import { filesIcon } from '../icons.js';
import { sizeText } from '../query/figures.js';

const MOST_TEXT_BYTES = 1_000_000;
const MOST_IMAGE_BYTES = 50_000_000;

/** Make a tab that shows a file. */
export async function previewOf(
  files: Files,
  path: string,
  view: 'image' | 'text',
  trans: TranslationBundle
): Promise<MainAreaWidget> {
  const content = new Widget({ node: element('div', { class: 'ah-Preview', tabindex: '0' }) });
  const name = path.split('/').at(-1) ?? path;
  if (view === 'image') {
    showImage(content, await files.read(path, MOST_IMAGE_BYTES), name);
  } else {
    await showText(content, await files.read(path, MOST_TEXT_BYTES), trans);
  }
  const tab = new MainAreaWidget({ content });
  tab.id = `astrohub-preview-${path}`;
  tab.title.label = name;
  tab.title.caption = trans.__('%1 (read only)', path);
  tab.title.icon = filesIcon;
  tab.title.closable = true;
  return tab;
}

function showImage(content: Widget, file: Blob, name: string): void {
  // In an img element nothing of a file runs, also not of an SVG.
  const kind = /\.svg$/i.test(name) ? 'image/svg+xml' : '';
  const address = URL.createObjectURL(kind ? new Blob([file], { type: kind }) : file);
  content.node.append(element('img', { src: address, alt: name }));
  content.disposed.connect(() => URL.revokeObjectURL(address));
}

async function showText(content: Widget, file: Blob, trans: TranslationBundle): Promise<void> {
  if (file.size >= MOST_TEXT_BYTES) {
    const note = trans.__('The first %1 of the file; download it to see the rest.', sizeText(MOST_TEXT_BYTES));
    content.node.append(element('p', { class: 'ah-Side-empty' }, note));
  }
  content.node.append(element('pre', {}, await file.text()));
}
