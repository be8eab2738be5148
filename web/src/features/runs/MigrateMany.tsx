import { Alert, Badge, Button, Group, List, ScrollArea, Select, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { RunAnchor } from '@/ui/RunAnchor';
import { Said } from '@/ui/Said';
import { Waiting } from '@/ui/Waiting';

type Summary = Schemas['RunSummary'];
type Migrated = Schemas['Migrated'];
type Props = { runs: Summary[]; onDone: () => void; onOpen: (run: string) => void };

const TONES = { safe: 'teal', needs_mapping: 'yellow', blocked: 'gray' };

/** Runs of one workflow to another version: each is looked at first, and only those that are safe are moved. */
export function MigrateMany({ runs, onDone, onOpen }: Props) {
  const { t } = useTranslation();
  const [to, setTo] = useState<string | null>(null);
  const definition = runs[0]?.definition ?? '';
  const one = runs.every((run) => run.definition === definition);
  const versions = useQuery({
    queryKey: ['versions', definition],
    enabled: one,
    queryFn: () => sent(api.GET('/v1/definitions/{key}/versions', { params: { path: { key: definition } } })),
  });
  if (!one) return <Alert color="yellow" title={t('migrate.one_workflow')} />;
  if (versions.isError) return <Said error={versions.error} />;
  if (!versions.data) return <Waiting size="sm" />;
  return (
    <Stack>
      <Select
        label={t('migrate.to')}
        value={to}
        onChange={setTo}
        data={versions.data.items.map((each) => String(each.version))}
        data-autofocus
      />
      {to && (
        <Look key={to} definition={definition} to={Number(to)} runs={runs} onDone={onDone} onOpen={onOpen} />
      )}
    </Stack>
  );
}

function Look({ definition, to, runs, onDone, onOpen }: Props & { definition: string; to: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const body = { definition, to, runs: runs.map((run) => run.id), map: {}, limit: 500 };
  const look = useQuery({
    queryKey: ['migrations', body],
    gcTime: 0,
    staleTime: Infinity,
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
  const safe = look.data.results.filter((each) => each.verdict === 'safe').length;
  return (
    <Stack>
      <Verdicts results={results} runs={runs} onOpen={onOpen} />
      {move.isError && <Said error={move.error} />}
      <Group justify="flex-end">
        {move.data ? (
          <Button onClick={() => modals.closeAll()}>{t('keys.close')}</Button>
        ) : (
          <Button disabled={safe === 0} loading={move.isPending} onClick={() => move.mutate()}>
            {t('migrate.move', { count: safe })}
          </Button>
        )}
      </Group>
    </Stack>
  );
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
