import { Group, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePeople } from '@/ui/assignees';
import { MoreFilters } from '@/ui/MoreFilters';
import { SearchBox } from '@/ui/SearchBox';
import type { Filters } from './filters';

type Props = { filters: Filters; onChange: (next: Filters) => void };

const MORE = ['team', 'record', 'after', 'before', 'action'] as const;
const TYPES = ['read', 'write'] as const;

/** Which lines: of a person, a run, reads or changes; and by more behind a button. */
export function LogFilters({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const people = usePeople();
  const named = (known: { id: string; name: string }[] | undefined) =>
    (known ?? []).map((each) => ({ value: each.id, label: each.name || each.id }));
  const clear = { 'aria-label': t('people.clear') };
  return (
    <Group gap="sm">
      <SearchBox label={t('log.run')} value={filters.run ?? ''} onSearch={(run) => onChange({ run })} />
      <Select
        aria-label={t('log.user')}
        placeholder={t('log.user')}
        searchable
        clearable
        clearButtonProps={clear}
        value={filters.user || null}
        onChange={(user) => onChange({ user: user ?? '' })}
        data={named(people.data?.users)}
        w={170}
      />
      <Select
        aria-label={t('log.type')}
        placeholder={t('log.type')}
        clearable
        clearButtonProps={clear}
        value={filters.type || null}
        onChange={(type) => onChange({ type: type ?? '' })}
        data={TYPES.map((value) => ({ value, label: t(`log.types.${value}`) }))}
        w={150}
      />
      <MoreFilters
        count={MORE.filter((name) => filters[name]).length}
        onClear={() => onChange(Object.fromEntries(MORE.map((name) => [name, ''])))}
      >
        <Select
          label={t('log.team')}
          clearable
          clearButtonProps={clear}
          comboboxProps={{ withinPortal: false }}
          value={filters.team || null}
          onChange={(team) => onChange({ team: team ?? '' })}
          data={named(people.data?.teams)}
        />
        {(['action', 'record'] as const).map((name) => (
          <TextInput
            key={name}
            label={t(`log.${name}`)}
            value={filters[name] ?? ''}
            onChange={(event) => onChange({ [name]: event.currentTarget.value })}
          />
        ))}
        {(['after', 'before'] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            label={t(`log.${name}`)}
            value={filters[name] ?? ''}
            onChange={(event) => onChange({ [name]: event.currentTarget.value })}
          />
        ))}
      </MoreFilters>
    </Group>
  );
}
