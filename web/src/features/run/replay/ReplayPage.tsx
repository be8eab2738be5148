import { Anchor, Box, Grid, Group, Stack, Switch, Tabs, Text, Title } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Panel } from '@/ui/Failed';
import { Status } from '@/ui/Status';
import { Waiting } from '@/ui/Waiting';
import { Context } from '../Context';
import { useEvents, useRunAt } from '../events';
import type { Happened } from '../happened';
import { useRun } from '../hooks';
import type { Run } from '../model';
import { Rail } from '../Rail';
import { moments, placeOf } from './moments';
import { Now } from './Now';
import { Player } from './Player';
import { Proof } from './Proof';
import './words';

const GraphView = lazy(() => import('../GraphView'));

/** A run read again, event by event: what was known, asked, answered and changed at each. Nothing can be done here. */
export default function ReplayPage() {
  const { run: id } = useParams({ from: '/runs/$run/replay' });
  const run = useRun(id);
  const events = useEvents(id, run.data?.seq ?? 0);
  if (run.isError && !run.data) return <Failed whole error={run.error} reset={() => void run.refetch()} />;
  if (events.isError) return <Failed whole error={events.error} reset={() => void events.refetch()} />;
  if (!run.data || !events.data) return <Waiting />;
  return <Replay run={run.data} events={events.data} />;
}

function Replay({ run, events }: { run: Run; events: Happened[] }) {
  const { t } = useTranslation();
  const { at } = useSearch({ strict: false }) as { at?: string };
  const go = useNavigate();
  const [everything, setEverything] = useState(false);
  const list = moments(events, everything);
  const place = placeOf(list, at === undefined ? undefined : Number(at));
  const moment = list[place];
  const then = useRunAt(run.id, moment?.event.seq);
  const stand = useCallback(
    (seq: number) =>
      void go({ to: '.', search: (old: object) => ({ ...old, at: String(seq) }), replace: true }),
    [go],
  );
  const toStep = (step: string) => {
    const found = list.find((each) => each.event.step === step);
    if (found) stand(found.event.seq);
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {t('replay.title', { name: run.name })}
          </Title>
          <Anchor
            size="sm"
            renderRoot={(props) => <Link to="/runs/$run" params={{ run: run.id }} {...props} />}
          >
            {t('replay.back')}
          </Anchor>
        </div>
        <Proof run={run.id} />
      </Group>
      <Player list={list} place={place} onStand={stand} />
      <Switch
        size="xs"
        label={t('history.everything')}
        checked={everything}
        onChange={(event) => setEverything(event.currentTarget.checked)}
      />
      {then.isError && <Failed error={then.error} reset={() => void then.refetch()} />}
      {then.data && moment && (
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, sm: 4, lg: 3 }} order={{ base: 2, sm: 1 }}>
            <Panel>
              <Group gap="xs" mb="xs">
                <Text size="sm" c="dimmed">
                  {t('replay.then')}
                </Text>
                <Status value={then.data.status} />
              </Group>
              <Rail run={then.data} selected={moment.event.step ?? undefined} onSelect={toStep} />
            </Panel>
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 8, lg: 5 }} order={{ base: 1, sm: 2 }}>
            <Panel>
              <Now run={then.data} event={moment.event} events={events} />
            </Panel>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 4 }} order={3}>
            <Panel>
              <Beside run={then.data} step={moment.event.step ?? undefined} onSelect={toStep} />
            </Panel>
          </Grid.Col>
        </Grid>
      )}
    </Stack>
  );
}

type BesideProps = { run: Run; step: string | undefined; onSelect: (step: string) => void };

/** What the run knew then, and where in its picture it stood. */
function Beside({ run, step, onSelect }: BesideProps) {
  const { t } = useTranslation();
  return (
    <Tabs defaultValue="context" keepMounted={false}>
      <Tabs.List aria-label={t('run.beside')}>
        <Tabs.Tab value="context">{t('tabs.context')}</Tabs.Tab>
        <Tabs.Tab value="graph">{t('tabs.graph')}</Tabs.Tab>
      </Tabs.List>
      <Box pt="sm">
        <Tabs.Panel value="context">
          <Context run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="graph">
          <Suspense fallback={<Waiting size="sm" />}>
            <GraphView run={run} selected={step} onSelect={onSelect} />
          </Suspense>
        </Tabs.Panel>
      </Box>
    </Tabs>
  );
}
