import { Alert, Button, Group, List, Stack } from '@mantine/core';
import { IconCertificate, IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Said } from '@/ui/Said';

/** The run proved: its chain of events, and its history replayed on today's code; and the history to take away. */
export function Proof({ run }: { run: string }) {
  const { t } = useTranslation();
  const proof = useMutation({
    mutationFn: () => sent(api.POST('/v1/runs/{run}/verify', { params: { path: { run } } })),
  });
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconCertificate size={16} aria-hidden />}
          loading={proof.isPending}
          onClick={() => proof.mutate()}
        >
          {t('replay.verify')}
        </Button>
        <Button
          component="a"
          variant="default"
          href={`/v1/runs/${run}/history`}
          download={`${run}.history.json`}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('replay.export')}
        </Button>
      </Group>
      {proof.isError && <Said error={proof.error} />}
      {proof.data && <Found proof={proof.data} />}
    </Stack>
  );
}

type Proved = {
  replays: boolean;
  chain: boolean;
  seq: number;
  problems: { code: string; message: string }[];
};

function Found({ proof }: { proof: Proved }) {
  const { t } = useTranslation();
  const good = proof.replays && proof.chain;
  return (
    <Alert color={good ? 'teal' : 'red'} role="status" py="xs" maw={420}>
      {t(good ? 'replay.proved' : 'replay.not_proved', { seq: proof.seq })}
      {proof.problems.length > 0 && (
        <List size="sm">
          {proof.problems.map((problem) => (
            <List.Item key={problem.code}>{problem.message}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
