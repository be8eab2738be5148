import {
  Button,
  JsonInput,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/client';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import { useFieldName } from './hooks';
import { type Field, said } from './schema';
import type { Row } from './sections';

type Props = {
  fields: Field[];
  before?: Row;
  /** Where the members stand in what is sent, and what the button says. */
  under?: string;
  button?: string;
  busy: boolean;
  error: unknown;
  onGive: (body: Row) => void;
};

/** A row to be said or changed, with a control for each member; what is wrong stands at its member. */
export function Form({ fields, before, under = '', button, busy, error, onGive }: Props) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Row>(() => ({ ...before }));
  const wrong = (name: string) =>
    error instanceof Problem
      ? error.errors.find((each) => `${each.path}/`.startsWith(`${under}/${name}/`))?.message
      : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onGive(said(fields, values, before));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {fields.map((field) => (
          <Control
            key={field.name}
            field={field}
            value={values[field.name]}
            wrong={wrong(field.name)}
            onChange={(value) => setValues((old) => ({ ...old, [field.name]: value }))}
          />
        ))}
        {error !== null && error !== undefined && <Said error={error} />}
        <Foot>
          <Button type="submit" loading={busy}>
            {button ?? t('admin.save')}
          </Button>
        </Foot>
      </Stack>
    </form>
  );
}

type ControlProps = {
  field: Field;
  value: unknown;
  wrong: string | undefined;
  onChange: (value: unknown) => void;
};

function Control({ field, value, wrong, onChange }: ControlProps) {
  const nameOf = useFieldName();
  const label = field.title ?? nameOf(field.name);
  const common = { label, description: field.help, error: wrong };
  const text = typeof value === 'string' ? value : '';
  switch (field.kind) {
    case 'flag':
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(next === '' ? null : Number(next))}
        />
      );
    case 'list':
      return (
        <TagsInput
          {...common}
          value={Array.isArray(value) ? (value as string[]) : []}
          onChange={onChange}
          splitChars={[',', ' ']}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          required={field.required}
          value={text || null}
          onChange={onChange}
          data={field.options}
        />
      );
    case 'secret':
      return (
        <PasswordInput
          {...common}
          required={field.required}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'json':
      return <Structure {...common} value={value} onChange={onChange} />;
    default:
      return (
        <TextInput
          {...common}
          required={field.required}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
  }
}

type StructureProps = {
  label: string;
  description: string;
  value: unknown;
  onChange: (value: unknown) => void;
};

/** What has members of its own is written as JSON; half of one is not taken. */
function Structure({ value, onChange, ...common }: StructureProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(
    value === undefined || value === null ? '' : JSON.stringify(value, null, 2),
  );
  return (
    <JsonInput
      {...common}
      autosize
      minRows={3}
      validationError={t('admin.not_json')}
      value={text}
      onChange={(next) => {
        setText(next);
        try {
          onChange(next.trim() ? JSON.parse(next) : null);
        } catch {
          // Not yet: the field says so when it is left.
        }
      }}
    />
  );
}
