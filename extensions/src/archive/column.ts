// What is known of one column of an answer: its name and what the archive says about it.
import { DataType, type Field, Precision } from 'apache-arrow';

/** One column of an answer, in the words of VOTable. */
export interface IColumn {
  readonly name: string;
  readonly unit: string;
  readonly ucd: string;
  readonly description: string;
  /** VOTable's datatype with its array size or xtype where there is one, else Arrow's own name. */
  readonly type: string;
  /** Whether its values are numbers, to be set flush right. */
  readonly numeric: boolean;
  /** Whether its floats carry only single precision: that decides how many digits are exact. */
  readonly single: boolean;
}

/** Read a column's description from an Arrow field and its metadata. */
export function columnOf(field: Field): IColumn {
  const said = (key: string): string => field.metadata.get(key) ?? '';
  return {
    name: field.name,
    unit: said('unit'),
    ucd: said('ucd'),
    description: said('description'),
    type: typeOf(field, said('datatype'), said('arraysize'), said('xtype')),
    numeric: isNumeric(field.type as DataType),
    single: isSingle(field.type as DataType)
  };
}

function typeOf(field: Field, datatype: string, arraysize: string, xtype: string): string {
  if (!datatype) {
    return String(field.type);
  }
  const shape = arraysize ? `${datatype}[${arraysize}]` : datatype;
  return xtype ? `${shape}, ${xtype}` : shape;
}

function isNumeric(type: DataType): boolean {
  return DataType.isInt(type) || DataType.isFloat(type) || DataType.isDecimal(type);
}

function isSingle(type: DataType): boolean {
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    return isSingle(type.valueType as DataType);
  }
  return DataType.isFloat(type) && type.precision === Precision.SINGLE;
}
