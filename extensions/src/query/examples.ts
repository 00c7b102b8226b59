// Queries that work on the sample data: what an empty tab offers.
import type { TranslationBundle } from '@jupyterlab/translation';

/** An example: what it shows, and its text. */
export interface IExample {
  readonly title: string;
  readonly text: string;
}

/** The examples, in the reader's language. */
export function examples(trans: TranslationBundle): readonly IExample[] {
  return [
    {
      title: trans.__('The brightest stars of Gaia, brightest first'),
      text: `SELECT TOP 100 source_id, ra, dec, phot_g_mean_mag
FROM gaia_dr3_g10.gaia_source
WHERE phot_g_mean_mag < 5
ORDER BY phot_g_mean_mag`
    },
    {
      title: trans.__('The Pleiades: everything within 2° of Alcyone'),
      text: `SELECT source_id, ra, dec, phot_g_mean_mag, pmra, pmdec
FROM gaia_dr3_g10.gaia_source
WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(56.871, 24.105, 2))`
    },
    {
      title: trans.__('A Hertzsprung–Russell diagram: Hipparcos stars nearer than 50 pc'),
      text: `SELECT hip, b_v, hpmag + 5 * LOG10(plx) - 10 AS absolute_mag, plx
FROM hipparcos.hip2
WHERE plx > 20`
    }
  ];
}
