import { Group, ScrollArea, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { named, usePeople } from '@/ui/assignees';
import { RowChoice } from '@/ui/Choice';
import { useDefinitionChoices } from '@/ui/definitions';
import { Failed } from '@/ui/Failed';
import { type Filters, withoutEmpty } from '@/ui/saved';
import { SavedViews } from '@/ui/SavedViews';
import { useFilters } from '@/ui/useFilters';
import { Waiting } from '@/ui/Waiting';
import { Columns } from './Columns';
import { type By, columns } from './columns';
import { KNOWN, useBoard } from './hooks';
import './words';

/** The open steps of one workflow, under the step or the phase they stand in. */
export default function BoardPage() {
  const { t } = useTranslation();
  const { filters, show, change } = useFilters('/board');
  const by: By = filters.by === 'phase' ? 'phase' : 'step';
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t('nav.board')}
        </Title>
        <SavedViews
          kind="tasks"
          known={KNOWN}
          filters={filters}
          onPick={(next) => show(withoutEmpty({ ...next, by: filters.by ?? '' }))}
        />
      </Group>
      <Choices filters={filters} by={by} onChange={change} />
      {filters.definition ? (
        <Board filters={filters} definition={filters.definition} by={by} />
      ) : (
        <Text c="dimmed">{t('board.choose')}</Text>
      )}
    </Stack>
  );
}

type ChoicesProps = { filters: Filters; by: By; onChange: (next: Filters) => void };

function Choices({ filters, by, onChange }: ChoicesProps) {
  const { t } = useTranslation();
  const definitions = useDefinitionChoices();
  const people = usePeople();
  return (
    <Group gap="sm">
      <RowChoice
        label={t('filter.definition')}
        searchable
        clearable={false}
        value={filters.definition}
        onChange={(definition) => onChange({ definition })}
        data={definitions}
        w={230}
      />
      <SegmentedControl
        aria-label={t('board.by')}
        value={by}
        onChange={(value) => onChange({ by: value })}
        data={[
          { value: 'step', label: t('board.by_step') },
          { value: 'phase', label: t('board.by_phase') },
        ]}
      />
      <RowChoice
        label={t('board.person')}
        searchable
        value={filters.assignee}
        onChange={(assignee) => onChange({ assignee })}
        data={[{ value: 'me', label: t('people.me') }, ...named(people.data?.users)]}
        w={170}
      />
      <RowChoice
        label={t('by.team')}
        value={filters.team}
        onChange={(team) => onChange({ team })}
        data={named(people.data?.teams)}
        w={150}
      />
    </Group>
  );
}

function Board({ filters, definition, by }: { filters: Filters; definition: string; by: By }) {
  const { t } = useTranslation();
  const { document, tasks, more } = useBoard(filters, definition);
  const failed = document.error ?? tasks.error;
  if (failed) return <Failed error={failed} />;
  if (!document.data || !tasks.data) return <Waiting />;
  if (by === 'phase' && document.data.phases.length === 0)
    return <Text c="dimmed">{t('board.no_phases')}</Text>;
  return (
    <>
      {more && <Text size="sm">{t('board.more', { count: tasks.data.length })}</Text>}
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, 'aria-label': t('nav.board') }}>
        <Columns list={columns(tasks.data, document.data, by)} document={document.data} by={by} />
      </ScrollArea>
    </>
  );
}
