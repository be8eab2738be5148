// One key of the language as something to fill in, by what its schema says it takes.
import { Autocomplete, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Place, useBuilding, useSetAt } from '../context';
import { type Json, type Obj, texts, valueAt } from '../model/document';
import type { Field } from '../model/schema';
import { textFrom, valueFrom } from '../model/text';
import { Condition } from './Condition';
import { Expression } from './Expression';
import { Items } from './Items';
import { Part } from './Part';
import { useSuggested } from './suggested';
import { useNaming } from './useNaming';
import { useFindingsAt } from './useFindings';
import { Values } from './Values';
import { useWords } from './useWords';

type Props = { field: Field; place: Place; root: Obj };

export function Setting({ field, place, root }: Props) {
  const { document, editable } = useBuilding();
  const set = useSetAt();
  const own = [...place, field.key];
  const value = valueAt(document, own);
  const { label, help } = useWords(field.key, place);
  const wrong = useFindingsAt(own).join(' ');
  const shared = {
    label,
    description: help,
    error: wrong || undefined,
    disabled: !editable,
    withAsterisk: field.required,
  };
  const give = (next: Json | undefined) => set(own, next);
  const deeper = { field, place: own, root, label, value };
  switch (field.kind) {
    case 'flag':
      return (
        <Switch
          label={label}
          description={help}
          error={wrong || undefined}
          disabled={!editable}
          checked={value === undefined ? field.fallback === true : value === true}
          onChange={(event) =>
            give(
              event.currentTarget.checked === (field.fallback === true)
                ? undefined
                : event.currentTarget.checked,
            )
          }
        />
      );
    case 'number':
      return (
        <NumberInput
          {...shared}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => give(typeof next === 'number' ? next : undefined)}
        />
      );
    case 'choice':
      return <Chosen {...shared} field={field} value={value} onChange={give} />;
    case 'names':
      return <Names {...shared} field={field} place={place} value={value} onChange={give} />;
    case 'long':
      return (
        <Textarea
          {...shared}
          autosize
          minRows={2}
          maxRows={10}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => give(event.currentTarget.value || undefined)}
        />
      );
    case 'text':
      return <Text {...shared} name={field.key} place={place} value={value} onChange={give} />;
    case 'condition':
      return <Condition {...shared} place={own} value={value} fallback={field.fallback} onChange={give} />;
    case 'written':
    case 'value':
      return (
        <Expression
          label={label}
          {...(help ? { help } : {})}
          place={own}
          value={textFrom(value)}
          onChange={(text) =>
            give(text === '' ? undefined : field.kind === 'written' ? text : valueFrom(text))
          }
        />
      );
    case 'listed':
      return <Listed {...shared} place={own} value={value} onChange={give} />;
    case 'values':
      return <Values {...deeper} />;
    case 'list':
      return <Items {...deeper} />;
    case 'object':
      return <Part {...deeper} />;
  }
}

type Shared = {
  label: string;
  description: string | undefined;
  error: string | undefined;
  disabled: boolean;
  withAsterisk: boolean;
};
type Given = Shared & { value: Json | undefined; onChange: (value: Json | undefined) => void };

function Chosen({ field, value, onChange, ...shared }: Given & { field: Field }) {
  const { t } = useTranslation();
  const { words } = useWords(field.key);
  return (
    <Select
      {...shared}
      clearable={!field.required}
      clearButtonProps={{ 'aria-label': t('people.clear') }}
      placeholder={typeof field.fallback === 'string' ? words(field.fallback) : t('builder.by_default')}
      searchable={field.choices.length > 8}
      value={typeof value === 'string' ? value : null}
      data={field.choices.map((each) => ({ value: each, label: words(each) }))}
      onChange={(next) => onChange(next ?? undefined)}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

function Text({ name, place, value, onChange, ...shared }: Given & { name: string; place: Place }) {
  const suggested = useSuggested(name, place);
  const text = typeof value === 'string' ? value : '';
  const change = (next: string) => onChange(next || (shared.withAsterisk ? '' : undefined));
  const named = useNaming(name, place);
  if (suggested.length === 0)
    return (
      <TextInput
        {...shared}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        onBlur={named}
      />
    );
  return <Autocomplete {...shared} value={text} data={suggested} onChange={change} limit={50} />;
}

function Names({ field, place, value, onChange, ...shared }: Given & { field: Field; place: Place }) {
  const { t } = useTranslation();
  const suggested = useSuggested(field.key, place);
  return (
    <TagsInput
      {...shared}
      value={texts(value)}
      data={field.choices.length > 0 ? field.choices : suggested}
      onChange={(next) => onChange(next.length > 0 || shared.withAsterisk ? next : undefined)}
      placeholder={texts(value).length === 0 ? t('builder.add_by_enter') : undefined}
      clearButtonProps={{ 'aria-label': t('people.clear') }}
      limit={50}
    />
  );
}

/** A list of words as tags; what is more than words, or computed, as it is written. */
function Listed({ place, value, onChange, ...shared }: Given & { place: Place }) {
  const { t } = useTranslation();
  const plain =
    value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string'));
  if (plain)
    return (
      <TagsInput
        {...shared}
        value={texts(value)}
        onChange={(next) => {
          const [only] = next;
          onChange(next.length === 1 && only?.startsWith('=') ? only : next.length > 0 ? next : undefined);
        }}
        placeholder={texts(value).length === 0 ? t('builder.add_or_compute') : undefined}
        clearButtonProps={{ 'aria-label': t('people.clear') }}
      />
    );
  return (
    <Expression
      label={shared.label}
      place={place}
      value={textFrom(value)}
      onChange={(text) => onChange(text === '' ? undefined : valueFrom(text))}
    />
  );
}
