import './words';
import './builder.css';
import { Box, Grid, Stack, Tabs } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Failed, Panel } from '@/ui/Failed';
import { withoutEmpty } from '@/ui/saved';
import { Waiting } from '@/ui/Waiting';
import { Conflict } from './Conflict';
import { Builder, type Building, type Kind, type Sample } from './context';
import { Findings } from './Findings';
import { Head } from './Head';
import { type Detail, useDetail, useKinds, useLanguage, useOpenRuns } from './hooks';
import { type Obj, stepOf } from './model/document';
import { EMPTY, type Script } from './model/script';
import { AddStep } from './Palette';
import { StepSettings } from './panel/StepSettings';
import { WorkflowSettings } from './panel/WorkflowSettings';
import { StepList } from './StepList';
import { useDraft } from './useDraft';
import { useBuilderKeys } from './useBuilderKeys';

const GraphEditor = lazy(() => import('./GraphEditor'));
const YamlView = lazy(() => import('./YamlView'));
const TryOut = lazy(() => import('./TryOut'));
const Versions = lazy(() => import('./Versions'));
const OpenRuns = lazy(() => import('./OpenRuns'));

const TABS = ['graph', 'yaml', 'try', 'versions', 'runs'] as const;
type Search = { step?: string; tab?: string };

/** One definition: its steps as a list and as a picture, the settings of what is selected, and what becomes of it. */
export default function BuilderPage() {
  const { key } = useParams({ from: '/definitions/$key' });
  const detail = useDetail(key);
  const kinds = useKinds();
  const language = useLanguage();
  const error = detail.error ?? kinds.error ?? language.error;
  if (error) return <Failed whole error={error} reset={() => void detail.refetch()} />;
  if (!detail.data || !kinds.data || !language.data) return <Waiting />;
  return <Opened key={key} detail={detail.data} kinds={kinds.data} language={language.data} />;
}

type OpenedProps = { detail: Detail; kinds: Kind[]; language: Obj };

function Opened({ detail, kinds, language }: OpenedProps) {
  const { t } = useTranslation();
  const draft = useDraft(detail);
  const { step, tab } = useSearch({ from: '/definitions/$key' }) as Search;
  const go = useNavigate({ from: '/definitions/$key' });
  const open = useOpenRuns(detail.key).data?.get(detail.key) ?? 0;
  const name = useRef<HTMLInputElement>(null);
  const [sample, setSample] = useState<Sample>(null);
  const [script, setScript] = useState<Script>(EMPTY);
  const [played, setPlayed] = useState<Schemas['Simulated'] | null>(null);
  const select = useCallback(
    (next: string | undefined) =>
      void go({ search: (old: Search) => withoutEmpty({ ...old, step: next ?? '' }), replace: true }),
    [go],
  );
  const show = (next: string | null) =>
    void go({ search: (old: Search) => withoutEmpty({ ...old, tab: next ?? '' }), replace: true });
  const { document, editable, change, checked } = draft;
  const selected = step !== undefined && stepOf(document, step) ? step : undefined;
  const building = useMemo<Building>(
    () => ({
      document,
      editable,
      change,
      findings: checked?.findings ?? [],
      warnings: checked?.warnings ?? [],
      kinds,
      language,
      selected,
      select,
      sample,
    }),
    [document, editable, change, checked, kinds, language, selected, select, sample],
  );
  useBuilderKeys(building, draft, name);
  const steps = (
    <Panel>
      <Stack gap="sm">
        {editable && <AddStep />}
        <div className="builder-column">
          <StepList />
          {editable && <Findings />}
        </div>
      </Stack>
    </Panel>
  );
  return (
    <Builder.Provider value={building}>
      <Stack gap="md">
        <Head
          detail={detail}
          draft={draft}
          open={open}
          onOpen={(key) => void go({ to: '/definitions/$key', params: { key } })}
          onPublished={() => {
            draft.published();
            if (open > 0) show('runs');
          }}
        />
        <Conflict draft={draft} />
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, sm: 5, md: 3 }}>{steps}</Grid.Col>
          <Grid.Col span={{ base: 12, sm: 7, md: 5 }}>
            <Tabs value={tab ?? 'graph'} onChange={show} keepMounted={false}>
              <Tabs.List aria-label={t('builder.views')}>
                {TABS.filter((each) => each !== 'runs' || detail.version > 0 || draft.saved.draft).map(
                  (each) => (
                    <Tabs.Tab key={each} value={each} px={8}>
                      {t(`builder.tab.${each}`)}
                    </Tabs.Tab>
                  ),
                )}
              </Tabs.List>
              <Panel>
                <Suspense fallback={<Waiting size="sm" />}>
                  <Box pt="sm">
                    <Tabs.Panel value="graph">
                      <GraphEditor />
                    </Tabs.Panel>
                    <Tabs.Panel value="yaml">
                      <YamlView />
                    </Tabs.Panel>
                    <Tabs.Panel value="try">
                      <TryOut
                        definition={detail.key}
                        draft={draft.saved.draft}
                        ready={!editable || draft.saving === 'saved'}
                        script={script}
                        onScript={setScript}
                        played={played}
                        onPlayed={(found, values) => {
                          setPlayed(found);
                          setSample(values);
                        }}
                      />
                    </Tabs.Panel>
                    <Tabs.Panel value="versions">
                      <Versions definition={detail.key} />
                    </Tabs.Panel>
                    <Tabs.Panel value="runs">
                      <OpenRuns definition={detail.key} />
                    </Tabs.Panel>
                  </Box>
                </Suspense>
              </Panel>
            </Tabs>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Panel>
              <section className="builder-column" aria-labelledby="builder-settings">
                {selected ? (
                  <StepSettings key={selected} step={selected} name={name} />
                ) : (
                  <WorkflowSettings />
                )}
              </section>
            </Panel>
          </Grid.Col>
        </Grid>
      </Stack>
    </Builder.Provider>
  );
}
