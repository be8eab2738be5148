import { Form } from '@rjsf/mantine';
import type { RJSFSchema } from '@rjsf/utils';
import { type FormEvent, type Ref, useMemo } from 'react';
import { Problem } from '@/api/client';
import { type ApiForm, answered, asErrors, uiSchema } from './model';
import { schemaOf, validator } from './validator';
import { FIELDS } from './widgets';

type Props = {
  form: ApiForm;
  values: Record<string, unknown>;
  problem: unknown;
  readonly: boolean;
  onChange: (values: Record<string, unknown>) => void;
  onSubmit: (values: Record<string, unknown>) => void;
  submit: Ref<HTMLButtonElement>;
};

/** The form of a step. It is sent by the buttons around it; `submit` is what they press. */
export function StepForm({ form, values, problem, readonly, onChange, onSubmit, submit }: Props) {
  const ui = useMemo(() => uiSchema(form), [form]);
  const refused = useMemo(
    () => (problem instanceof Problem ? schemaOf(asErrors(problem.errors)) : undefined),
    [problem],
  );
  return (
    <Form
      schema={form.schema as RJSFSchema}
      uiSchema={ui}
      formData={values}
      validator={validator}
      fields={FIELDS}
      extraErrors={refused}
      showErrorList={false}
      disabled={readonly}
      omitExtraData
      // What a person did not choose is not chosen: an approval above all.
      experimental_defaultFormStateBehavior={{ constAsDefaults: 'never', emptyObjectFields: 'skipDefaults' }}
      onChange={(event) => onChange(event.formData ?? {})}
      onSubmit={(event, dom: FormEvent) => {
        dom.preventDefault();
        onSubmit(answered(event.formData ?? {}));
      }}
    >
      <button ref={submit} type="submit" hidden aria-hidden tabIndex={-1} />
    </Form>
  );
}
