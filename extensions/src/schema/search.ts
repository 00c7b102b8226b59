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
