import { SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { pace } from '@/app/live';
import { useSession } from '@/app/session';
import { named, usePeople } from '@/ui/assignees';
import { Choice } from '@/ui/Choice';
import { useDefinitionChoices } from '@/ui/definitions';
import { MoreFilters } from '@/ui/MoreFilters';
import { SearchBox } from '@/ui/SearchBox';
import { type Filters, hidden, MORE, PRESETS, preset, query } from './filters';

const STATUSES = ['ready', 'in_progress', 'on_hold', 'attention', 'waiting', 'scheduled', 'running'];

type Props = {
  filters: Filters;
  search: Ref<HTMLInputElement>;
  onChange: (next: Filters) => void;
  onPreset: (filters: Filters) => void;
};

/** Whose tasks, which, in what order. Each of the first buttons says how many it would show. */
export function WorkFilters({ filters, search, onChange, onPreset }: Props) {
  const { t } = useTranslation();
  const counts = usePresetCounts();
  return (
    <>
      <SegmentedControl
        aria-label={t('work.show')}
        value={preset(filters) ?? ''}
        onChange={(id) => onPreset(PRESETS.find((each) => each.id === id)?.filters ?? {})}
        data={PRESETS.map(({ id }, index) => ({
          value: id,
          label: (
            <>
              {t(`work.${id}`)}
              <Text span size="xs" c="dimmed" ml={6} className="tabular" visibleFrom="xs">
                {counts[index]}
              </Text>
            </>
          ),
        }))}
      />
      <SearchBox
        ref={search}
        label={t('work.search')}
        value={filters.q ?? ''}
        onSearch={(q) => onChange({ q })}
      />
      <Select
        aria-label={t('work.sort')}
        value={filters.sort ?? 'due'}
        allowDeselect={false}
        onChange={(value) => onChange({ sort: value ?? '' })}
        data={(['due', 'title', 'entered'] as const).map((value) => ({
          value,
          label: t(`work.by.${value}`),
        }))}
        w={150}
      />
      <More filters={filters} onChange={onChange} />
    </>
  );
}

/** How many tasks each preset has, as far as they are counted: `99+` for more. */
function usePresetCounts(): (string | undefined)[] {
  const session = useSession();
  const teams = session.data?.user?.teams ?? [];
  const found = useQueries({
    queries: PRESETS.map(({ filters }) => {
      const asked = query(filters, teams);
      return {
        queryKey: ['tasks', 'count', asked],
        staleTime: 10_000,
        refetchInterval: () => pace(20_000),
        queryFn: () => sent(api.GET('/v1/tasks/count', { params: { query: asked as never } })),
      };
    }),
  });
  return found.map(({ data }) => (data ? `${data.count}${data.more ? '+' : ''}` : undefined));
}

function More({ filters, onChange }: { filters: Filters; onChange: (next: Filters) => void }) {
  const { t } = useTranslation();
  const people = usePeople();
  const definitions = useDefinitionChoices();
  const flag = (name: 'manual' | 'current_only', label: string) => (
    <Switch
      label={label}
      checked={filters[name] === 'true'}
      onChange={(event) => onChange({ [name]: event.currentTarget.checked ? 'true' : '' })}
    />
  );
  return (
    <MoreFilters
      count={hidden(filters)}
      onClear={() => onChange({ ...Object.fromEntries(MORE.map((name) => [name, ''])), show: 'all' })}
    >
      <Choice
        label={t('filter.person')}
        value={filters.assignee}
        data={[{ value: 'me', label: t('people.me') }, ...named(people.data?.users)]}
        onChange={(assignee) => onChange({ assignee, show: 'all' })}
      />
      <Choice
        label={t('filter.team')}
        value={filters.team}
        data={[{ value: 'mine', label: t('work.team') }, ...named(people.data?.teams)]}
        onChange={(team) => onChange({ team, show: 'all' })}
      />
      <Choice
        label={t('filter.definition')}
        value={filters.definition}
        data={definitions}
        onChange={(definition) => onChange({ definition, show: 'all' })}
      />
      <Choice
        label={t('filter.status')}
        value={filters.status}
        data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        onChange={(status) => onChange({ status, show: 'all' })}
      />
      {flag('manual', t('filter.manual'))}
      {flag('current_only', t('filter.current'))}
    </MoreFilters>
  );
}
