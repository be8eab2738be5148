import { Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { named, usePeople } from '@/ui/assignees';
import { Choice, RowChoice } from '@/ui/Choice';
import { useDefinitionChoices } from '@/ui/definitions';
import { MoreFilters } from '@/ui/MoreFilters';
import { SearchBox } from '@/ui/SearchBox';
import { type Filters, hidden, MORE } from './filters';

const STATUSES = ['running', 'waiting', 'saved', 'completed', 'aborted'];

type Props = { filters: Filters; onChange: (next: Filters) => void };

/** Which runs: by words, status and workflow, and by more behind a button. */
export function RunFilters({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const definitions = useDefinitionChoices();
  return (
    <>
      <SearchBox label={t('runs.search')} value={filters.q ?? ''} onSearch={(q) => onChange({ q })} />
      <RowChoice
        label={t('runs.status')}
        value={filters.status}
        onChange={(status) => onChange({ status })}
        data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        w={150}
      />
      <RowChoice
        label={t('filter.definition')}
        searchable
        value={filters.definition}
        onChange={(definition) => onChange({ definition })}
        data={definitions}
        w={200}
      />
      <Switch
        label={t('status.attention')}
        checked={filters.attention === 'true'}
        onChange={(event) => onChange({ attention: event.currentTarget.checked ? 'true' : '' })}
      />
      <More filters={filters} onChange={onChange} />
    </>
  );
}

function More({ filters, onChange }: Props) {
  const { t } = useTranslation();
  const people = usePeople();
  const users = [{ value: 'me', label: t('people.me') }, ...named(people.data?.users)];
  const typed = (name: 'label' | 'record', label: string) => (
    <TextInput
      label={label}
      value={filters[name] ?? ''}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <MoreFilters
      count={hidden(filters)}
      onClear={() => onChange(Object.fromEntries(MORE.map((name) => [name, ''])))}
    >
      <Choice
        label={t('filter.person')}
        value={filters.assignee}
        data={users}
        onChange={(assignee) => onChange({ assignee })}
      />
      <Choice
        label={t('filter.team')}
        value={filters.team}
        data={named(people.data?.teams)}
        onChange={(team) => onChange({ team })}
      />
      <Choice
        label={t('filter.holder')}
        value={filters.holder}
        data={users}
        onChange={(holder) => onChange({ holder })}
      />
      {typed('label', t('filter.label'))}
      {typed('record', t('run.record'))}
      <TextInput
        type="date"
        label={t('filter.after')}
        value={filters.started_after?.slice(0, 10) ?? ''}
        onChange={(event) => onChange({ started_after: event.currentTarget.value })}
      />
      <Choice
        label={t('work.sort')}
        value={filters.sort ?? '-started_at'}
        data={[
          { value: '-started_at', label: t('filter.sort.newest') },
          { value: 'started_at', label: t('filter.sort.oldest') },
        ]}
        onChange={(sort) => onChange({ sort: sort === '-started_at' ? '' : sort })}
      />
    </MoreFilters>
  );
}
