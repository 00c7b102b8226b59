// When the command palette has handed the keyboard back to the tab: after every command, from widget to widget, a frame each.

/** After how many frames it has done so for certain. */
const FRAMES = 6;

/** Wait until the palette has handed the keyboard back, where it holds it now; return whether it did. */
export async function paletteGone(): Promise<boolean> {
  if (!document.activeElement?.closest('.lm-CommandPalette')) {
    return false;
  }
  for (let frame = 0; frame < FRAMES; frame++) {
    await new Promise(requestAnimationFrame);
  }
  return true;
}
