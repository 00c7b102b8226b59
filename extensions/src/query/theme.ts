// How the editor's tooltips look: they hang in the page's body, out of reach of the tab's own styles.
import { EditorView } from '@codemirror/view';

/** The sentence under the word, in JupyterLab's colours. */
export const tooltipTheme = EditorView.theme({
  '.cm-tooltip': {
    background: 'var(--jp-layout-color1)',
    border: 'var(--jp-border-width) solid var(--jp-border-color1)',
    borderRadius: 'var(--jp-border-radius)',
    boxShadow: 'var(--jp-elevation-z4)',
    color: 'var(--jp-ui-font-color1)',
    fontFamily: 'var(--jp-ui-font-family)',
    fontSize: 'var(--jp-ui-font-size1)',
    maxWidth: 'min(480px, 90vw)',
    zIndex: '100'
  },
  '.cm-diagnostic': { lineHeight: '1.5', padding: '6px 10px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--jp-error-color1)' },
  '.cm-diagnosticAction': {
    background: 'var(--jp-brand-color1)',
    borderRadius: 'var(--jp-border-radius)',
    color: 'var(--jp-ui-inverse-font-color1)',
    cursor: 'pointer',
    display: 'block',
    fontSize: 'var(--jp-ui-font-size1)',
    margin: '6px 0 2px',
    padding: '3px 10px'
  }
});
