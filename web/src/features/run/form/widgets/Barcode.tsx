import { TextInput } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { IconBarcode } from '@tabler/icons-react';
import { locked } from './Labelled';

/** A code, typed or read: hand-held readers type it, and end with a return that must not send the form. */
export function Barcode(props: FieldProps<string>) {
  return (
    <TextInput
      label={props.schema.title ?? props.name}
      required={props.required ?? false}
      disabled={locked(props)}
      error={props.rawErrors?.length ? props.rawErrors.join(' ') : undefined}
      leftSection={<IconBarcode size={18} aria-hidden />}
      autoCapitalize="characters"
      autoComplete="off"
      spellCheck={false}
      value={props.formData ?? ''}
      onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      onChange={(event) => props.onChange(event.currentTarget.value || undefined, props.fieldPathId.path)}
    />
  );
}
