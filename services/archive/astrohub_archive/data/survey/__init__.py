"""survey_dr1, a simulated sky survey: what no package carries, made by seed and marked as simulated.

`seeds` and `footprint` say where and from which numbers; `photometry` turns true magnitudes into observed
ones; `stars`, `galaxies` and `bright` are the populations; `objects` puts them into one table; `lightcurves`,
`spectra` and `images` observe some of them again; `crossmatch` pairs them with Gaia.
"""
