import { Box, Grid, Stack, Tabs } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import { Failed, Panel } from '@/ui/Failed';
import { Context } from './Context';
import { Asking, Errands } from './Errands';
import { Header } from './Header';
import { History } from './History';
import { useRun } from './hooks';
import { chosen, following, type Run } from './model';
import { Rail } from './Rail';
import { RunNotes } from './RunNotes';
import { StepPanel } from './StepPanel';
import { Why } from './Why';

const GraphView = lazy(() => import('./GraphView'));

const TABS = ['context', 'notes', 'history', 'errands', 'graph', 'why'] as const;

export default function RunPage() {
  const { run: id } = useParams({ from: '/runs/$run' });
  const run = useRun(id);
  if (run.isError && !run.data) return <Failed whole error={run.error} reset={() => void run.refetch()} />;
  if (!run.data) return <Waiting />;
  return <OneRun run={run.data} stale={run.isError} />;
}

type Props = { run: Run; stale: boolean; beside?: boolean };

/** A run with one of its steps selected; which one stands in the address. `beside`: there is a list to its left. */
export function OneRun({ run, stale, beside = false }: Props) {
  const { t } = useTranslation();
  const search = useSearch({ strict: false }) as { step?: string; tab?: string };
  const go = useNavigate();
  const step = chosen(run, search.step);
  const select = useCallback(
    (name: string | undefined) =>
      void go({
        to: '.',
        search: (old: object) => ({ ...old, step: name, shows: undefined }),
        replace: true,
      }),
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
  const tabs = TABS.filter((tab) => tab !== 'errands' || run.errands.length > 0);
  return (
    <Stack gap="md">
      <Header run={run} stale={stale} beside={beside} />
      <Asking run={run} />
      {/* On a phone the step comes first: who works on it need not scroll past all the others. */}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 4, lg: beside ? 4 : 3 }} order={{ base: 2, sm: 1 }}>
          <Panel>
            <Rail run={run} selected={step?.id} onSelect={select} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 8, lg: beside ? 8 : 6 }} order={{ base: 1, sm: 2 }}>
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
        <Grid.Col span={{ base: 12, lg: beside ? 12 : 3 }} order={3}>
          <Panel>
            <Tabs
              value={search.tab ?? 'context'}
              onChange={(tab) =>
                void go({ to: '.', search: (old: object) => ({ ...old, tab: tab ?? undefined }) })
              }
              keepMounted={false}
            >
              <Tabs.List aria-label={t('run.beside')}>
                {tabs.map((tab) => (
                  <Tabs.Tab key={tab} value={tab} px={8}>
                    {t(`tabs.${tab}`)}
                    {tab === 'notes' && run.notes > 0 && ` (${run.notes})`}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Box pt="sm">
                <Tabs.Panel value="context">
                  <Context run={run} />
                </Tabs.Panel>
                <Tabs.Panel value="notes">
                  <RunNotes run={run} />
                </Tabs.Panel>
                <Tabs.Panel value="errands">
                  <Errands run={run} />
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
                  <Why run={run} onSelect={select} />
                </Tabs.Panel>
              </Box>
            </Tabs>
          </Panel>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
