import { MultiSelect, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Assignees, choices, NOBODY, packed, unpacked, usePeople } from './assignees';

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

type OneProps = { label: string; value: string | null; onChange: (id: string | null) => void; me?: boolean };

/** One person by name, or nobody; with `me` the one who looks is a choice of its own. */
export function Person({ label, value, onChange, me }: OneProps) {
  const { t } = useTranslation();
  const people = usePeople();
  const users = choices(people.data ?? { users: [], teams: [], partners: [] }, {
    ...NOBODY,
    users: value && value !== 'me' ? [value] : [],
  }).find((group) => group.kind === 'users');
  const items = (users?.items ?? []).map((each) => ({ ...each, value: each.value.slice('users:'.length) }));
  return (
    <Select
      aria-label={label}
      placeholder={label}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('people.clear') }}
      nothingFoundMessage={t('people.nobody')}
      value={value}
      onChange={onChange}
      data={[...(me ? [{ value: 'me', label: t('people.me') }] : []), ...items]}
      w={170}
    />
  );
}
