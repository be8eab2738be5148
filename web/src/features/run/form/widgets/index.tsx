// Fields of our own: what a browser has no input for. Each gives the value as the API keeps it.
import type { RegistryFieldsType } from '@rjsf/utils';
import { Attachment } from './Attachment';
import { Barcode } from './Barcode';
import { Location } from './Location';
import { Pictures } from './Pictures';
import { RecordField } from './RecordField';
import { Shown } from './Shown';
import { Signature } from './Signature';
import { Stopwatch } from './Stopwatch';

export { WIDGETS } from './inputs';

export const FIELDS: RegistryFieldsType = {
  pictures: Pictures,
  file: Attachment,
  signature: Signature,
  stopwatch: Stopwatch,
  location: Location,
  barcode: Barcode,
  record: RecordField,
  shown: Shown,
} as RegistryFieldsType;
