import './form.css';
import { Form } from '@rjsf/mantine';
import type { RJSFSchema } from '@rjsf/utils';
import { type FormEvent, type Ref, useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiForm, answered, asErrors, drawn } from './model';
import { TEMPLATES } from './templates';
import { schemaOf, validator } from './validator';
import { FIELDS, WIDGETS } from './widgets';

type Props = {
  form: ApiForm;
  values: Record<string, unknown>;
  /** What went wrong; where the API had something against the answer, it is said at its place. */
  problem: unknown;
  readonly: boolean;
  onChange: (values: Record<string, unknown>) => void;
  onSubmit: (values: Record<string, unknown>) => void;
  submit: Ref<HTMLButtonElement>;
};

/** The form of a step. It is sent by the buttons around it; `submit` is what they press. */
export function StepForm({ form, values, problem, readonly, onChange, onSubmit, submit }: Props) {
  const { t } = useTranslation();
  // Two forms of one step may stand on a page, one of them in a dialog: a label is of its own field.
  const prefix = useId();
  const { schema, ui } = useMemo(() => drawn(form, readonly), [form, readonly]);
  const refused = useMemo(() => {
    const { errors } = (problem ?? {}) as { errors?: ReadonlyArray<{ path: string; message: string }> };
    return errors ? schemaOf(asErrors(errors)) : undefined;
  }, [problem]);
  return (
    <Form
      className="step-form"
      idPrefix={prefix}
      schema={schema as RJSFSchema}
      uiSchema={ui}
      formData={values}
      validator={validator}
      fields={FIELDS}
      widgets={WIDGETS}
      templates={TEMPLATES}
      extraErrors={refused}
      transformErrors={(errors) =>
        errors.map((each) => ({
          ...each,
          message: String(t(`wrong.${each.name}`, { defaultValue: each.message ?? '' })),
        }))
      }
      showErrorList={false}
      focusOnFirstError
      noHtml5Validate
      disabled={readonly}
      omitExtraData
      // What a person did not choose is not chosen: an approval above all.
      experimental_defaultFormStateBehavior={{ constAsDefaults: 'never', emptyObjectFields: 'skipDefaults' }}
      onChange={(event) => onChange(event.formData ?? {})}
      // What is wrong stands at its field.
      onError={() => undefined}
      onSubmit={(event, dom: FormEvent) => {
        dom.preventDefault();
        onSubmit(answered(form, event.formData ?? {}));
      }}
    >
      <button ref={submit} type="submit" hidden aria-hidden tabIndex={-1} />
    </Form>
  );
}
