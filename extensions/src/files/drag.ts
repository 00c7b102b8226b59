// An entry that is dragged onto JupyterLab's file browser arrives there: the home is a folder of the VOSpace.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

/** The kind of what is dragged: a path of the VOSpace. */
export const DRAGGED = 'application/x-astrohub-path';

/** Where an entry can be dropped. */
export interface ITarget {
  readonly app: JupyterFrontEnd;
  readonly browser: Widget;
  readonly drop: (path: string) => void;
}

/** Let entries be dropped on a widget; holding one over the widget's tab brings it to the front. */
export function acceptEntries({ app, browser, drop }: ITarget): void {
  const { node } = browser;
  const over = (event: DragEvent): void => {
    if (isEntry(event) && event.dataTransfer) {
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = 'copy';
      node.classList.add('ah-mod-target');
    }
  };
  const leave = (): void => node.classList.remove('ah-mod-target');
  node.addEventListener('dragenter', over, { capture: true });
  node.addEventListener('dragover', over, { capture: true });
  node.addEventListener('dragleave', leave);
  node.addEventListener(
    'drop',
    event => {
      leave();
      if (isEntry(event)) {
        event.preventDefault();
        event.stopPropagation();
        drop(event.dataTransfer?.getData(DRAGGED) ?? '');
      }
    },
    { capture: true }
  );
  document.addEventListener('dragover', event => {
    const tab = event.target instanceof Element ? event.target.closest('.lm-TabBar-tab') : null;
    if (tab?.getAttribute('data-id') === browser.id && isEntry(event) && !browser.isVisible) {
      app.shell.activateById(browser.id);
    }
  });
}

function isEntry({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes(DRAGGED) ?? false;
}
