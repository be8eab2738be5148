import { Anchor, Badge, Box, Grid, Group, Progress, Stack, Tabs, Text, Title } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import { Failed, Panel } from '@/ui/Failed';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { Context } from './Context';
import { History } from './History';
import { useRun } from './hooks';
import { chosen, following, type Run, shares } from './model';
import { Rail } from './Rail';
import { RunActions } from './RunActions';
import { StepPanel } from './StepPanel';
import { Why } from './Why';

const GraphView = lazy(() => import('./GraphView'));

export default function RunPage() {
  const { run: id } = useParams({ from: '/runs/$run' });
  const run = useRun(id);
  if (run.isError && !run.data) return <Failed error={run.error} reset={() => void run.refetch()} />;
  if (!run.data) return <Waiting />;
  return <OneRun run={run.data} stale={run.isError} />;
}

/** A run with one of its steps selected; which one stands in the address. */
export function OneRun({ run, stale }: { run: Run; stale: boolean }) {
  const { t } = useTranslation();
  const search = useSearch({ strict: false }) as { step?: string; tab?: string };
  const go = useNavigate();
  const step = chosen(run, search.step);
  const select = useCallback(
    (name: string | undefined) =>
      void go({ to: '.', search: (old: object) => ({ ...old, step: name }), replace: true }),
    [go],
  );
  // Nothing asked for: the run is followed until there is a step to complete, and that one stays.
  // The round that has just ended may be drawn once more before what the API answered is.
  const left = useRef<string>(undefined);
  const next = search.step === undefined && step?.can.includes('complete') ? step : undefined;
  const found = next?.execution === left.current ? undefined : next?.id;
  useEffect(() => {
    if (found) select(found);
  }, [found, select]);
  const walk = useCallback(
    (by: number) => {
      const place = run.steps.findIndex((each) => each.id === step?.id);
      const next = run.steps[place + by];
      if (next) select(next.id);
    },
    [run.steps, step?.id, select],
  );
  useShortcut(
    ']',
    t('run.next'),
    useCallback(() => walk(1), [walk]),
  );
  useShortcut(
    '[',
    t('run.previous'),
    useCallback(() => walk(-1), [walk]),
  );
  return (
    <Stack gap="md">
      <Header run={run} stale={stale} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 4, lg: 3 }}>
          <Panel>
            <Rail run={run} selected={step?.id} onSelect={select} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 8, lg: 6 }}>
          <Panel>
            {step && (
              <StepPanel
                key={step.id}
                run={run}
                step={step}
                onEnded={(after) => {
                  left.current = step.execution;
                  select(following(after, step.id));
                }}
              />
            )}
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 3 }}>
          <Panel>
            <Tabs
              value={search.tab ?? 'context'}
              onChange={(tab) =>
                void go({ to: '.', search: (old: object) => ({ ...old, tab: tab ?? undefined }) })
              }
              keepMounted={false}
            >
              <Tabs.List aria-label={t('run.beside')}>
                {(['context', 'history', 'graph', 'why'] as const).map((tab) => (
                  <Tabs.Tab key={tab} value={tab}>
                    {t(`run.tab.${tab}`)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Box pt="sm">
                <Tabs.Panel value="context">
                  <Context run={run} />
                </Tabs.Panel>
                <Tabs.Panel value="history">
                  <History run={run} />
                </Tabs.Panel>
                <Tabs.Panel value="graph">
                  <Suspense fallback={<Waiting size="sm" />}>
                    <GraphView run={run} selected={step?.id} onSelect={select} />
                  </Suspense>
                </Tabs.Panel>
                <Tabs.Panel value="why">
                  <Why run={run} />
                </Tabs.Panel>
              </Box>
            </Tabs>
          </Panel>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Header({ run, stale }: { run: Run; stale: boolean }) {
  const { t } = useTranslation();
  const part = shares(run.progress);
  return (
    <Stack gap={6}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="sm">
            <Title order={1} size="h3">
              {run.name}
            </Title>
            <Status value={run.status} />
            {run.attention && <Status value="attention" />}
            {stale && <Badge color="yellow">{t('run.stale')}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            {run.definition} {t('run.version', { n: run.version })}
            {run.record && (
              <>
                {' · '}
                <Anchor
                  renderRoot={(props) => (
                    <Link
                      to="/records/$collection/$record"
                      params={{ collection: run.record?.collection ?? '', record: run.record?.id ?? '' }}
                      {...props}
                    />
                  )}
                >
                  {run.record.collection} {run.record.id}
                </Anchor>
              </>
            )}
            {run.started_at && (
              <>
                {' · '}
                {t('run.started', { by: run.started_by })} <When value={run.started_at} />
              </>
            )}
            {run.holder && ` · ${t('run.holder', { by: run.holder })}`}
            {run.due && (
              <>
                {' · '}
                {t('run.due')} <When value={run.due} />
              </>
            )}
          </Text>
        </div>
        <RunActions run={run} />
      </Group>
      <Group gap="sm" wrap="nowrap">
        <Progress.Root size="lg" style={{ flex: 1 }}>
          <Progress.Section value={part.done} color="teal" aria-label={t('run.done_share')} />
          <Progress.Section value={part.skipped} color="gray" striped aria-label={t('run.skipped_share')} />
        </Progress.Root>
        <Text size="sm" className="tabular">
          {run.progress.done}
          {run.progress.skipped > 0 && ` + ${run.progress.skipped}`} / {run.progress.total}
        </Text>
      </Group>
    </Stack>
  );
}
