// ADQL 2.1 as the editor colours it.
import { SQLDialect } from '@codemirror/lang-sql';

/** The words of SQL-92 that a query can hold, and ADQL's own. */
const KEYWORDS =
  'all and any as asc between by case cast cross desc distinct else end except exists false from full ' +
  'group having ilike in inner intersect is join left like natural not null offset on or order outer ' +
  'right select some then top true union using when where with';

const FUNCTIONS =
  'abs acos area asin atan atan2 avg box ceiling centroid circle coalesce contains coord1 coord2 coordsys ' +
  'cos cot count degrees distance exp floor in_unit intersects log log10 lower max min mod pi point ' +
  'polygon power radians rand region round sin sqrt sum tan truncate upper';

const TYPES = 'bigint char clob date double float int integer precision real smallint timestamp varchar';

/** ADQL's words, quoting and comments. */
export const ADQL = SQLDialect.define({
  keywords: KEYWORDS,
  types: TYPES,
  builtin: FUNCTIONS,
  identifierQuotes: '"',
  operatorChars: '*+-%<>!=&|^/'
});
