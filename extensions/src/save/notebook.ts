// A cell on its way into a notebook: a new one where none is open.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';

/** How long a cell waits for its kernel; a notebook without one gets it all the same. */
const PATIENCE_MS = 20_000;

/** Open a new notebook in a folder, with the usual kernel. */
export async function newNotebook({ serviceManager, commands }: JupyterFrontEnd, cwd: string): Promise<NotebookPanel> {
  await serviceManager.kernelspecs.ready;
  const kernelName = serviceManager.kernelspecs.specs?.default ?? 'python3';
  return (await commands.execute('notebook:create-new', { cwd, kernelName })) as NotebookPanel;
}

/** Put a cell below the one where the cursor stands; an empty one is taken for it. */
export async function insertCell(panel: NotebookPanel, source: string): Promise<void> {
  await panel.context.ready;
  await panel.revealed;
  await untilItRuns(panel);
  const { content } = panel;
  const shared = content.model?.sharedModel;
  if (!shared) {
    return;
  }
  const { activeCell, activeCellIndex } = content;
  if (activeCell?.model.type === 'code' && activeCell.model.sharedModel.source.trim() === '') {
    activeCell.model.sharedModel.setSource(source);
    return;
  }
  shared.insertCell(activeCellIndex + 1, { cell_type: 'code', source, metadata: {} });
  content.activeCellIndex = activeCellIndex + 1;
}

/** Wait for the kernel: JupyterLab forgets a cell that is run before it is connected. */
async function untilItRuns({ sessionContext }: NotebookPanel): Promise<void> {
  const connected = async (): Promise<void> => {
    await sessionContext.ready;
    await sessionContext.session?.kernel?.info;
  };
  const patience = new Promise<void>(resolve => window.setTimeout(resolve, PATIENCE_MS));
  await Promise.race([connected().catch(() => undefined), patience]);
}
