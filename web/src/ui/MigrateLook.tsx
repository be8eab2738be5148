// Runs of one workflow to another version: each is looked at first, and only those that are safe are moved.
import { Badge, Button, Group, List, ScrollArea, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { RunAnchor } from './RunAnchor';
import { Said } from './Said';
import { Waiting } from './Waiting';

type Summary = Schemas['RunSummary'];
type Migrated = Schemas['Migrated'];
type Map = Record<string, string>;
type Props = {
  definition: string;
  to: number;
  runs: Summary[];
  onDone: () => void;
  onOpen: (run: string) => void;
  /** Closes what this stands in, where it stands in something. */
  onClose?: () => void;
};

const TONES = { safe: 'teal', needs_mapping: 'yellow', blocked: 'gray' };

export function MigrateLook({ definition, to, runs, onDone, onOpen, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [map, setMap] = useState<Map>({});
  const body = { definition, to, runs: runs.map((run) => run.id), map, limit: 500 };
  const look = useQuery({
    queryKey: ['migrations', body],
    gcTime: 0,
    staleTime: Infinity,
    placeholderData: (before) => before,
    queryFn: () => sent(api.POST('/v1/migrations', { body: { ...body, dry_run: true } })),
  });
  const move = useMutation({
    mutationFn: () => sent(api.POST('/v1/migrations', { body: { ...body, dry_run: false } })),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['runs'] });
      onDone();
    },
  });
  if (look.isError) return <Said error={look.error} />;
  if (!look.data) return <Waiting size="sm" />;
  const results = move.data?.results ?? look.data.results;
  const counts = (verdict: Migrated['verdict']) =>
    look.data.results.filter((each) => each.verdict === verdict).length;
  return (
    <Stack>
      <Text fw={600} role="status" aria-live="polite">
        {move.data
          ? t('bulk.done', {
              count: results.filter((each) => each.outcome === 'applied').length,
              total: results.length,
            })
          : (['safe', 'needs_mapping', 'blocked'] as const)
              .filter((verdict) => counts(verdict) > 0)
              .map((verdict) => `${counts(verdict)} × ${t(`migrate.verdict.${verdict}`)}`)
              .join(', ')}
      </Text>
      {!move.data && <Mapped results={look.data.results} map={map} onMap={setMap} />}
      <Verdicts results={results} runs={runs} onOpen={onOpen} />
      {move.isError && <Said error={move.error} />}
      <Group justify="flex-end">
        {move.data ? (
          onClose && <Button onClick={onClose}>{t('keys.close')}</Button>
        ) : (
          <Button disabled={counts('safe') === 0} loading={move.isPending} onClick={() => move.mutate()}>
            {t('migrate.move', { count: counts('safe') })}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** Steps that are open in some of the runs and that the other version has not: a new one may take their place. */
function Mapped({ results, map, onMap }: { results: Migrated[]; map: Map; onMap: (map: Map) => void }) {
  const { t } = useTranslation();
  const open = results.flatMap((each) =>
    each.reasons.flatMap((reason) => (each.verdict === 'needs_mapping' && reason.step ? [reason.step] : [])),
  );
  const names = [...new Set([...Object.keys(map), ...open])];
  const choices = [...new Set(results.flatMap((each) => each.new))];
  return names.map((name) => (
    <Select
      key={name}
      label={t('migrate.map', { step: name })}
      value={map[name] ?? null}
      onChange={(next) => {
        const { [name]: _, ...rest } = map;
        onMap(next ? { ...rest, [name]: next } : rest);
      }}
      data={choices}
      clearable
      clearButtonProps={{ 'aria-label': t('people.clear') }}
    />
  ));
}

type VerdictsProps = { results: Migrated[]; runs: Summary[]; onOpen: (run: string) => void };

function Verdicts({ results, runs, onOpen }: VerdictsProps) {
  const { t } = useTranslation();
  return (
    <ScrollArea.Autosize mah={320} type="auto">
      <List spacing="xs" listStyleType="none">
        {results.map((each) => (
          <List.Item key={each.run}>
            <Group gap="xs">
              <RunAnchor run={each.run} onOpen={onOpen}>
                {runs.find((run) => run.id === each.run)?.name ?? each.run}
              </RunAnchor>
              <Badge color={TONES[each.verdict]} variant="light" tt="none">
                {each.outcome ? t(`bulk.outcome.${each.outcome}`) : t(`migrate.verdict.${each.verdict}`)}
              </Badge>
            </Group>
            {[...each.reasons.map((reason) => reason.message), each.problem?.detail ?? '']
              .filter(Boolean)
              .map((text) => (
                <Text key={text} size="sm" c="dimmed">
                  {text}
                </Text>
              ))}
          </List.Item>
        ))}
      </List>
    </ScrollArea.Autosize>
  );
}
