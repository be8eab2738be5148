import { Input } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import type { ReactNode } from 'react';

type Said = { children: ReactNode; failed?: string | undefined };

/** A field's name and what is wrong with it, around whatever takes its value. Its help stands below, as everywhere. */
export function Labelled<T>(props: FieldProps<T> & Said) {
  const id = props.fieldPathId.$id;
  const said = [...(props.rawErrors ?? []), ...(props.failed ? [props.failed] : [])];
  return (
    <Input.Wrapper
      component="fieldset"
      label={props.schema.title ?? props.name}
      labelElement="div"
      labelProps={{ id: `${id}-name` }}
      aria-labelledby={`${id}-name`}
      required={props.required}
      error={said.length > 0 ? said.join(' ') : undefined}
    >
      {props.children}
    </Input.Wrapper>
  );
}

/** Whether a field takes no answer now. */
export function locked(props: Pick<FieldProps, 'disabled' | 'readonly'>): boolean {
  return Boolean(props.disabled || props.readonly);
}
