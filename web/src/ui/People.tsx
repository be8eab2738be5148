import { MultiSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Assignees, choices, packed, unpacked, usePeople } from './assignees';

type Props = { label: string; value: Assignees; onChange: (value: Assignees) => void };

/** People, teams and partners, picked by name. */
export function People({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const people = usePeople();
  const known = people.data ?? { users: [], teams: [], partners: [] };
  return (
    <MultiSelect
      label={label}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('people.clear') }}
      nothingFoundMessage={t('people.nobody')}
      placeholder={packed(value).length === 0 ? t('people.anybody') : undefined}
      value={packed(value)}
      onChange={(next) => onChange(unpacked(next))}
      data={choices(known, value).map(({ kind, items }) => ({ group: t(`people.${kind}`), items }))}
      comboboxProps={{ withinPortal: true }}
    />
  );
}
