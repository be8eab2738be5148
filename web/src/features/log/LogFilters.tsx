import { Group, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { named, usePeople } from '@/ui/assignees';
import { RowChoice } from '@/ui/Choice';
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
  return (
    <Group gap="sm">
      <SearchBox label={t('log.run')} value={filters.run ?? ''} onSearch={(run) => onChange({ run })} />
      <RowChoice
        label={t('log.user')}
        searchable
        value={filters.user}
        onChange={(user) => onChange({ user })}
        data={named(people.data?.users)}
        w={170}
      />
      <RowChoice
        label={t('log.type')}
        value={filters.type}
        onChange={(type) => onChange({ type })}
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
          clearButtonProps={{ 'aria-label': t('people.clear') }}
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
