import { Alert, Badge, Button, Select, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { useVersions } from '@/ui/definitions';
import { Named } from '@/ui/Named';
import { Said } from '@/ui/Said';
import { Foot } from '@/ui/Foot';
import { Waiting } from '@/ui/Waiting';
import { useCommand } from './hooks';
import type { Run } from './model';

type Preview = Schemas['MigratePreview'];
const TONES = { safe: 'teal', needs_mapping: 'yellow', blocked: 'gray' };

/** The run to another version of its definition: first what that would come to. */
export function Migrate({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [to, setTo] = useState<string | null>(null);
  const [map, setMap] = useState<Record<string, string>>({});
  const versions = useVersions(run.definition);
  if (versions.isError) return <Said error={versions.error} />;
  if (!versions.data) return <Waiting size="sm" />;
  const others = versions.data.items.filter((each) => each.version !== run.version);
  if (others.length === 0) return <Text>{t('migrate.none')}</Text>;
  return (
    <Stack>
      <Select
        label={t('migrate.to')}
        value={to}
        onChange={(next) => {
          setTo(next);
          setMap({});
        }}
        data={others.map((each) => String(each.version))}
      />
      {to && <Look run={run} to={Number(to)} map={map} onMap={setMap} />}
    </Stack>
  );
}

type LookProps = {
  run: Run;
  to: number;
  map: Record<string, string>;
  onMap: (map: Record<string, string>) => void;
};

function Look({ run, to, map, onMap }: LookProps) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const pairs = Object.entries(map).map(([old, now]) => `${old}:${now}`);
  const preview = useQuery({
    queryKey: ['run', run.id, 'migrate-preview', to, pairs, run.seq],
    queryFn: () =>
      sent(
        api.GET('/v1/runs/{run}/migrate-preview', {
          params: {
            path: { run: run.id },
            query: { version: to, ...(pairs.length > 0 ? { map: pairs } : {}) },
          },
        }),
      ),
    placeholderData: (before) => before,
    // Once given, the run has moved: asked again, the closing dialog would say that it cannot.
    enabled: !command.isPending && !command.isSuccess,
  });
  if (preview.isError) return <Said error={preview.error} />;
  if (!preview.data) return <Waiting size="sm" />;
  const found = preview.data;
  const give = () =>
    command.mutate(
      { type: 'migrate', version: to, map, fingerprint: found.fingerprint },
      { onSuccess: () => modals.closeAll() },
    );
  return (
    <Stack>
      <Badge color={TONES[found.verdict]} variant="light" tt="none" size="lg">
        {t(`migrate.verdict.${found.verdict}`)}
      </Badge>
      {found.reasons.map((reason) => (
        <Alert key={`${reason.step ?? ''} ${reason.code}`} color="yellow">
          {reason.message}
        </Alert>
      ))}
      <Named words={t('migrate.new')} names={found.new} />
      <Named words={t('migrate.not_taken')} names={found.not_taken} />
      <Named words={t('migrate.gone')} names={found.gone} />
      {found.verdict !== 'safe' && <Map run={run} found={found} map={map} onMap={onMap} />}
      {command.isError && <Said error={command.error} />}
      <Foot>
        <Button disabled={found.verdict !== 'safe'} loading={command.isPending} onClick={give}>
          {t('migrate.give')}
        </Button>
      </Foot>
    </Stack>
  );
}

/** An open step that the other version has not: one of its new ones may take its place. */
function Map({ run, found, map, onMap }: { run: Run; found: Preview } & Pick<LookProps, 'map' | 'onMap'>) {
  const { t } = useTranslation();
  const open = found.gone.filter((name) => run.current.includes(name) || map[name]);
  return open.map((name) => (
    <Select
      key={name}
      label={t('migrate.map', { step: run.steps.find((step) => step.id === name)?.title ?? name })}
      value={map[name] ?? null}
      onChange={(next) => {
        const { [name]: _, ...rest } = map;
        onMap(next ? { ...rest, [name]: next } : rest);
      }}
      data={found.new}
      clearable
      clearButtonProps={{ 'aria-label': t('people.clear') }}
    />
  ));
}
