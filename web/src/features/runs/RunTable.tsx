import { Anchor, Box, Checkbox, Group, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';

type Summary = Schemas['RunSummary'];
type Props = {
  runs: Summary[];
  picked: ReadonlySet<string>;
  onPick: (picked: ReadonlySet<string>) => void;
};

const MOST = 200;

/** Runs in rows, each with a box to pick it. */
export function RunTable({ runs, picked, onPick }: Props) {
  const { t } = useTranslation();
  const shown = runs.slice(0, MOST);
  const all = shown.every((run) => picked.has(run.id));
  const toggle = (run: string, on: boolean) => {
    const next = new Set(picked);
    if (on) next.add(run);
    else next.delete(run);
    onPick(next);
  };
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40}>
              <Checkbox
                aria-label={t(all ? 'bulk.none' : 'bulk.all')}
                checked={all}
                indeterminate={!all && picked.size > 0}
                onChange={() => onPick(new Set(all ? [] : shown.map((run) => run.id)))}
              />
            </Table.Th>
            <Table.Th>{t('runs.name')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('runs.status')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('runs.started')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('runs.holder')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('header.due')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id} bg={picked.has(run.id) ? 'var(--mantine-primary-color-light)' : undefined}>
              <Table.Td>
                <Checkbox
                  aria-label={t('work.pick', { title: run.name })}
                  checked={picked.has(run.id)}
                  onChange={(event) => toggle(run.id, event.currentTarget.checked)}
                />
              </Table.Td>
              <Table.Td>
                <Anchor renderRoot={(props) => <Link to="/runs/$run" params={{ run: run.id }} {...props} />}>
                  {run.name}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {run.definition} {t('run.version', { n: run.version })}
                  {run.labels.length > 0 && ` · ${run.labels.join(', ')}`}
                </Text>
                <Box hiddenFrom="sm" mt={4}>
                  <Statuses run={run} />
                </Box>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Statuses run={run} />
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <When value={run.started_at} size="sm" />
                <Text size="xs" c="dimmed">
                  {run.started_by}
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm">{run.holder}</Table.Td>
              <Table.Td visibleFrom="sm">
                <When value={run.due} size="sm" />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Statuses({ run }: { run: Summary }) {
  return (
    <Group gap={4}>
      <Status value={run.status} />
      {run.attention && <Status value="attention" />}
    </Group>
  );
}
