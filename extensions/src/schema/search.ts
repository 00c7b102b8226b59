// Words that are looked for, and where they stand in a text. Pure functions.

/** From and to, as offsets in a text. */
export interface IMark {
  readonly from: number;
  readonly to: number;
}

/** Split what is typed into words; capitals do not matter. */
export function wordsOf(typed: string): readonly string[] {
  return typed.toLowerCase().split(/\s+/).filter(word => word !== '');
}

/** Whether all words stand somewhere in the texts. */
export function matches(words: readonly string[], ...texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase();
  return words.every(word => all.includes(word));
}

/** Where the words stand in a text: in order, without overlaps. */
export function marksOf(text: string, words: readonly string[]): readonly IMark[] {
  const lower = text.toLowerCase();
  if (lower.length !== text.length) {
    return []; // Letters whose small form is longer would shift every place.
  }
  const marks: IMark[] = [];
  for (const word of words) {
    for (let from = lower.indexOf(word); from >= 0; from = lower.indexOf(word, from + word.length)) {
      marks.push({ from, to: from + word.length });
    }
  }
  return merged(marks.sort((a, b) => a.from - b.from));
}

/** Cut a long text down to what stands around the first of the words. */
export function excerptOf(text: string, words: readonly string[], most = 110): string {
  const first = marksOf(text, words)[0];
  if (text.length <= most || !first) {
    return text;
  }
  const before = text.lastIndexOf(' ', Math.max(0, first.from - most / 3));
  const from = first.from <= most / 2 ? 0 : before + 1;
  const after = text.lastIndexOf(' ', from + most);
  const to = from + most >= text.length ? text.length : after > first.to ? after : first.to;
  return `${from > 0 ? '… ' : ''}${text.slice(from, to)}${to < text.length ? ' …' : ''}`;
}

function merged(marks: readonly IMark[]): readonly IMark[] {
  const result: IMark[] = [];
  for (const mark of marks) {
    const last = result.at(-1);
    if (last && mark.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, mark.to) };
    } else {
      result.push(mark);
    }
  }
  return result;
}
