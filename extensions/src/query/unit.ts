// A unit as a reader writes it: `mas.yr**-1` (VOUnit 1.0) becomes mas yr⁻¹.
const RAISED: Readonly<Record<string, string>> = {
  '-': '⁻',
  '+': '',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹'
};

/** Set powers high and products apart; anything else of the unit stays as it is. */
export function unitText(unit: string): string {
  return unit
    .replace(/(?:\*\*|\^)\(?([+-]?\d+)\)?/g, (_, power: string) => raised(power))
    .replace(/(?<=[A-Za-zµ])([+-]?\d+)(?![\dA-Za-z])/g, (_, power: string) => raised(power))
    .replace(/(?<=[^\d.])\.|\.(?=[^\d.])|\*/g, '\u202f');
}

function raised(power: string): string {
  return Array.from(power, digit => RAISED[digit] ?? digit).join('');
}
