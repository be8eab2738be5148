import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { FieldProps } from '@rjsf/utils';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetched } from '@/api/client';
import type { Hints } from '../model';
import { locked } from './Labelled';

type Row = { id: string } & Record<string, unknown>;

async function rows(address: string, text: string): Promise<Row[]> {
  const found = await fetched(fetch(`${address}?limit=20${text ? `&q=${encodeURIComponent(text)}` : ''}`));
  return (found as { items: Row[] }).items;
}

/** A record of a collection, found by typing some of what stands in it. */
export function RecordField(props: FieldProps<string>) {
  const { t } = useTranslation();
  const address = (props.uiSchema?.hints as Hints | undefined)?.rows;
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 250);
  const found = useQuery({
    queryKey: ['rows', address, asked],
    queryFn: () => rows(address ?? '', asked),
    enabled: address !== undefined,
    placeholderData: keepPreviousData,
  });
  const options = (found.data ?? []).map((row) => ({ value: String(row.id), label: named(row) }));
  const chosen = props.formData;
  if (chosen && !options.some((each) => each.value === chosen))
    options.unshift({ value: chosen, label: chosen });
  return (
    <Select
      label={props.schema.title ?? props.name}
      required={props.required ?? false}
      disabled={locked(props)}
      error={props.rawErrors?.length ? props.rawErrors.join(' ') : undefined}
      placeholder={t('field.find_record')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('field.clear') }}
      nothingFoundMessage={t('field.no_record')}
      // The API has looked already: what it found is what fits.
      filter={({ options: all }) => all}
      data={options}
      value={chosen ?? null}
      onSearchChange={setText}
      onChange={(value) => props.onChange(value ?? undefined, props.fieldPathId.path)}
    />
  );
}

function named(row: Row): string {
  const name = row.name ?? row.title ?? row.description;
  return typeof name === 'string' ? `${name} (${row.id})` : String(row.id);
}
