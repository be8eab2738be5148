import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { parts } from '@/ui/collections';
import { Said } from '@/ui/Said';

type Props = { collection: string; value: string | null; onChange: (record: string | null) => void };

/** One record of a collection, found by any of its texts. */
export function RecordChoice({ collection, value, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 200);
  const rows = useQuery({
    queryKey: ['choices', collection, q],
    placeholderData: keepPreviousData,
    queryFn: () =>
      sent(
        api.GET('/v1/sources/{source}/collections/{collection}/rows', {
          params: { path: parts(collection), query: { limit: 50, ...(q ? { q } : {}) } },
        }),
      ),
  });
  const found = (rows.data?.items ?? []).map((row) => ({ value: String(row.id), label: labelOf(row) }));
  const known = value === null || found.some((each) => each.value === value);
  return (
    <>
      <Select
        label={t('start.on')}
        placeholder={t('start.search')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('people.clear') }}
        nothingFoundMessage={t('records.nothing')}
        // What was chosen is found by its own label as well: the server has looked for the words already.
        filter={({ options }) => options}
        value={value}
        onChange={onChange}
        onSearchChange={(text) => setTyped(text === labelBy(found, value) ? '' : text)}
        data={known ? found : [{ value, label: value }, ...found]}
      />
      {rows.isError && <Said error={rows.error} />}
    </>
  );
}

function labelBy(found: { value: string; label: string }[], value: string | null): string | undefined {
  return found.find((each) => each.value === value)?.label;
}

/** The id with the first short texts beside it. */
function labelOf(row: Record<string, unknown>): string {
  const texts = Object.entries(row)
    .filter(([name, value]) => name !== 'id' && typeof value === 'string' && value && value.length <= 40)
    .map(([, value]) => value as string);
  return [String(row.id), ...texts.slice(0, 3)].join(' · ');
}
