import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import { Builder, type Building } from './context';
import { Differences } from './Differences';
import { Listed } from './Findings';
import type { Obj } from './model/document';

type Props = {
  building: Building;
  definition: string;
  /** What is published now; null: nothing yet. */
  before: Obj | null;
  next: number;
  open: number;
  onPublished: (version: number) => void;
};

/** What publishing comes to: what is wrong, what changes, and what the open runs do. */
export function Publish({ building, definition, before, next, open, onPublished }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const publish = useMutation({
    mutationFn: () =>
      sent(api.POST('/v1/definitions/{key}/publish', { params: { path: { key: definition } }, body: {} })),
    onSuccess: ({ version }) => {
      for (const queryKey of [['definitions'], ['versions', definition], ['definition', definition]])
        void client.invalidateQueries({ queryKey });
      modals.closeAll();
      notifications.show({
        color: 'teal',
        message: t('builder.is_published', { n: version }),
        closeButtonProps: { 'aria-label': t('keys.close') },
      });
      onPublished(version);
    },
  });
  const { findings, warnings, document } = building;
  return (
    <Builder.Provider value={{ ...building, select: (step) => (modals.closeAll(), building.select(step)) }}>
      <Stack>
        {findings.length > 0 && (
          <Alert color="red" role="alert" title={t('builder.findings', { count: findings.length })}>
            <Listed of={findings} />
          </Alert>
        )}
        {warnings.length > 0 && (
          <Alert color="yellow" title={t('builder.warnings', { count: warnings.length })}>
            <Listed of={warnings} />
          </Alert>
        )}
        {open > 0 && (
          <Alert color="blue" title={t('builder.used_by', { count: open })}>
            {t('builder.stay')}
          </Alert>
        )}
        {before ? (
          <>
            <Title order={3} size="h5">
              {t('builder.differences')}
            </Title>
            <Differences before={before} after={document} />
          </>
        ) : (
          <Text size="sm">{t('builder.first_version')}</Text>
        )}
        {publish.isError && <Said error={publish.error} />}
        <Foot>
          <Button loading={publish.isPending} disabled={findings.length > 0} onClick={() => publish.mutate()}>
            {t('builder.publish_as', { n: next })}
          </Button>
        </Foot>
      </Stack>
    </Builder.Provider>
  );
}
