// Figures as the status line says them: rows in groups of three, bytes and times in units that fit.
const NARROW_SPACE = '\u202f';

/** Write a whole number with its digits in groups of three. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** Write a number of bytes. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit] ?? ''}`;
}

/** Write a duration: two digits after the point below ten seconds, minutes above two of them. */
export function durationText(seconds: number): string {
  if (seconds >= 120) {
    return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  }
  return `${seconds < 9.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
}
