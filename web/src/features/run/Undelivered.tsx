import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Why } from '@/offline/Outbox';
import type { useWaiting } from './proposal/giving';

/** What was said of this step and the server has not taken: it waits for the network, or was refused. */
export function Undelivered({ waits }: { waits: ReturnType<typeof useWaiting> }) {
  const { t } = useTranslation();
  if (!waits) return null;
  if (!waits.refusal) return <Alert color="blue">{t('offline.kept')}</Alert>;
  return (
    <Alert color="red" role="alert" title={t('offline.was_refused')}>
      <Why refusal={waits.refusal} />
    </Alert>
  );
}
