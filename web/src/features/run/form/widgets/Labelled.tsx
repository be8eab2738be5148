import { Input } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import type { ReactNode } from 'react';

/** A field's name, help and what is wrong with it, around whatever takes its value. */
export function Labelled<T>(props: FieldProps<T> & { children: ReactNode; failed?: string }) {
  const said = [...(props.rawErrors ?? []), ...(props.failed ? [props.failed] : [])];
  return (
    <Input.Wrapper
      component="fieldset"
      label={props.schema.title ?? props.name}
      labelElement="div"
      description={props.uiSchema?.['ui:help'] as string | undefined}
      required={props.required}
      error={said.length > 0 ? said.join(' ') : undefined}
      style={{ border: 0, padding: 0, margin: 0 }}
    >
      {props.children}
    </Input.Wrapper>
  );
}
